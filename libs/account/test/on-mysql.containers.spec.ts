import { afterEach } from '@jest/globals';
import { dropTestDatabases, useMysql } from '@storey/testing';

useMysql();

await import('./tables.spec.js');

// Last, as hooks run in the order in which they were given.
afterEach(() => dropTestDatabases());
