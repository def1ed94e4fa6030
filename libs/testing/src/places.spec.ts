import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { freePort, temporaryFolder } from './index.js';

describe('temporaryFolder', () => {
  it('is there for its block and gone after it', () => {
    let path: string;
    {
      using folder = temporaryFolder();
      path = folder.path;
      writeFileSync(join(path, 'x'), '1');
    }
    expect(existsSync(path)).toBe(false);
  });
});

describe('freePort', () => {
  it('gives a port that can be listened on', async () => {
    const server = createServer().listen(await freePort(), '127.0.0.1');
    await once(server, 'listening');
    server.close();
  });
});
