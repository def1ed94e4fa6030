import { describe, expect, it } from '@jest/globals';
import { type Message } from '@storey/events';
import { Watcher } from './watcher.js';

const message = (offset: bigint): Message => ({
  topic: 't',
  partition: 0,
  offset,
  key: 'k',
  value: new Uint8Array(),
  headers: {},
  timestamp: 0,
});
const never = new AbortController().signal;

describe('a watcher', () => {
  it('hands on each message once, in order, and none before its first', async () => {
    const watcher = new Watcher(2n);
    for (const offset of [1n, 2n, 2n, 3n]) watcher.push(message(offset));
    expect((await watcher.take(never))?.offset).toBe(2n);
    expect((await watcher.take(never))?.offset).toBe(3n);
    const waiting = watcher.take(never);
    watcher.push(message(4n));
    expect((await waiting)?.offset).toBe(4n);
  });

  it('leaves out what was replayed, whether it came before or comes after', async () => {
    const watcher = new Watcher(0n);
    watcher.push(message(1n));
    watcher.push(message(5n));
    watcher.skipTo(5n);
    expect((await watcher.take(never))?.offset).toBe(5n);
    watcher.skipTo(9n);
    watcher.push(message(8n));
    watcher.push(message(9n));
    expect((await watcher.take(never))?.offset).toBe(9n);
  });

  it('keeps 256 messages for a slow reader and lets go of it with the next', async () => {
    const watcher = new Watcher(0n);
    for (let offset = 0n; offset < 256n; offset += 1n) watcher.push(message(offset));
    expect(watcher.overrun).toBe(false);
    watcher.push(message(256n));
    expect(watcher.overrun).toBe(true);
    expect(await watcher.take(never)).toBeUndefined();
  });

  it('ends when it is closed and when its reader has gone', async () => {
    const watcher = new Watcher(0n);
    const gone = new AbortController();
    const waiting = watcher.take(gone.signal);
    gone.abort();
    expect(await waiting).toBeUndefined();
    const again = watcher.take(never);
    watcher.close();
    expect(await again).toBeUndefined();
  });
});
