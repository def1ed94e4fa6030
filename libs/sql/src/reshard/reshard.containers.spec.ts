import { dropTestDatabases, mysqlTestUrl } from '@storey/testing';
import { describeReshard } from './reshard.contract.js';

describeReshard('mysql:', () => {
  const url = mysqlTestUrl();
  return Promise.resolve({ url, remove: () => dropTestDatabases(url) });
});
