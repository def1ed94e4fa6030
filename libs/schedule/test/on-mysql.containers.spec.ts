import { afterEach } from '@jest/globals';
import { dropTestDatabases, useMysql } from '@storey/testing';

useMysql();

await import('./locks.spec.js');
await import('./scheduler.spec.js');
await import('./timers.spec.js');
await import('./handling.spec.js');

// Last, as hooks run in the order in which they were given.
afterEach(() => dropTestDatabases());
