import { afterEach } from '@jest/globals';
import { dropTestDatabases, useMysql } from '@storey/testing';

useMysql();

await import('./races.spec.js');
await import('./key-rotation.spec.js');
await import('./tips.spec.js');
await import('./deletion.spec.js');

// Last, as hooks run in the order in which they were given.
afterEach(() => dropTestDatabases());
