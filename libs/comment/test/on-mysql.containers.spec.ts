import { afterEach } from '@jest/globals';
import { dropTestDatabases, useMysql } from '@storey/testing';

useMysql();

await import('./repositories.spec.js');
await import('./find-comment-faults.spec.js');
await import('./tips.spec.js');

// Last, as hooks run in the order in which they were given.
afterEach(() => dropTestDatabases());
