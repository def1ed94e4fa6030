import { describe, expect, it } from '@jest/globals';
import { startProcess } from './index.js';

const node = (script: string, env = {}) => startProcess(process.execPath, ['-e', script], { env });
const FOREVER = 'setInterval(() => {}, 1000);';

describe('startProcess', () => {
  it('finds a line that was written before it was asked for, and gives all lines in order', async () => {
    await using child = await node(
      'console.log("a\\nready " + process.env.PLACE); process.stdout.write("c")',
      {
        PLACE: 'here',
      },
    );
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(await child.waitForLine(/^ready/)).toBe('ready here');
    const lines: string[] = [];
    for await (const line of child.stdout) lines.push(line);
    expect(lines).toEqual(['a', 'ready here', 'c']);
  });

  it('says what the process wrote when the line does not come', async () => {
    await using ended = await node('console.error("no such table")');
    await expect(ended.waitForLine(/ready/)).rejects.toThrow('no such table');
    await using silent = await node(FOREVER);
    await expect(silent.waitForLine(/ready/, 20)).rejects.toThrow('within 20 ms');
  });

  it('kills it at the end of the block, a stopped one too', async () => {
    let exited: Promise<unknown>;
    {
      await using child = await node(`console.log("up"); ${FOREVER}`);
      await child.waitForLine(/up/);
      child.signal('SIGSTOP');
      exited = child.exited;
    }
    expect(await exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('rejects when there is no such command', async () => {
    await expect(startProcess('/no/such/command', [])).rejects.toThrow('ENOENT');
  });
});
