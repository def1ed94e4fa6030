import { afterAll } from '@jest/globals';
import { dropTestDatabases, useMysql } from '@storey/testing';

useMysql();

await import('./parking.spec.js');

// Last, as hooks run in the order in which they were given.
afterAll(() => dropTestDatabases());
