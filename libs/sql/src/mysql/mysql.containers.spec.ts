import { dropTestDatabases, mysqlTestUrl } from '@storey/testing';
import { describeSql } from '../sql.contract.js';

describeSql('mysql:', () => {
  const url = mysqlTestUrl();
  return Promise.resolve({ url, remove: () => dropTestDatabases(url) });
});
