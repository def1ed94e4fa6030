import { afterEach } from '@jest/globals';
import { dropTestDatabases, useMysql } from '@storey/testing';

useMysql();

await import('./inbox.spec.js');
await import('./dead-letters.spec.js');
await import('./worker-leases.spec.js');

// Last, as hooks run in the order in which they were given.
afterEach(() => dropTestDatabases());
