import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { Health } from './health.js';

describe('Health', () => {
  it('is ready when every part is there', async () => {
    const health = new Health();
    health.require('kv', async () => undefined);
    await expect(health.readiness()).resolves.toEqual({ ready: true, parts: { kv: 'ok' } });
  });

  it('names the part that is missing without its secrets', async () => {
    const health = new Health();
    health.require('kv', async () => Promise.reject(new Error('redis://:hunter2@host')));
    const readiness = await health.readiness();
    expect(readiness).toEqual({ ready: false, parts: { kv: 'missing' } });
  });

  it('does not wait for a part that hangs', async () => {
    const clock = new FakeClock();
    const health = new Health(clock);
    health.require('sql', () => new Promise(() => undefined));
    const readiness = health.readiness();
    await clock.advance(500);
    await expect(readiness).resolves.toMatchObject({ ready: false, parts: { sql: 'does not answer' } });
  });

  it('is not ready any more once it stops, and forgets a part that was taken away', async () => {
    const health = new Health();
    const remove = health.require('kv', async () => Promise.reject(new Error('x')));
    remove();
    await expect(health.readiness()).resolves.toMatchObject({ ready: true });
    health.stop();
    await expect(health.readiness()).resolves.toMatchObject({ ready: false });
  });
});
