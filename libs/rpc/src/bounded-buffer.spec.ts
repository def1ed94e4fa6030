import { describe, expect, it } from '@jest/globals';
import { Observable, Subject, of, range, throwError } from 'rxjs';
import { BoundedBuffer, MAX_BUFFERED } from './bounded-buffer.js';

async function drain<T>(buffer: BoundedBuffer<T>): Promise<T[]> {
  const values: T[] = [];
  for (let next = await buffer.next(); !next.done; next = await buffer.next()) values.push(next.value);
  return values;
}

describe('BoundedBuffer', () => {
  it('keeps what comes before it is asked, and hands over what comes after', async () => {
    const source = new Subject<number>();
    const buffer = new BoundedBuffer(source);
    source.next(1);
    source.next(2);
    await expect(buffer.next()).resolves.toEqual({ done: false, value: 1 });
    await expect(buffer.next()).resolves.toEqual({ done: false, value: 2 });
    const waiting = buffer.next();
    source.next(3);
    await expect(waiting).resolves.toEqual({ done: false, value: 3 });
    source.complete();
    await expect(buffer.next()).resolves.toEqual({ done: true, value: undefined });
  });

  it('takes undefined for a value, not for an end', async () => {
    await expect(drain(new BoundedBuffer(of(undefined, undefined)))).resolves.toHaveLength(2);
  });

  it('holds exactly its bound', async () => {
    await expect(drain(new BoundedBuffer(range(0, MAX_BUFFERED)))).resolves.toHaveLength(MAX_BUFFERED);
    await expect(drain(new BoundedBuffer(range(0, MAX_BUFFERED + 1)))).rejects.toMatchObject({
      kind: 'unavailable',
    });
  });

  it('leaves a source that overflows, and counts nothing that comes later', async () => {
    const source = new Subject<number>();
    const buffer = new BoundedBuffer(source);
    for (let i = 0; i <= MAX_BUFFERED; i++) source.next(i);
    expect(source.observed).toBe(false);
    await expect(buffer.next()).resolves.toEqual({ done: false, value: 0 });
  });

  it('leaves a source that overflows, also before its first subscription is through', () => {
    let left = 0;
    let sent = 0;
    const flood = new Observable<number>((out) => {
      for (let i = 0; i < 1_000_000 && !out.closed; i++) out.next((sent = i));
      return () => void left++;
    });
    new BoundedBuffer(flood);
    expect([left, sent]).toEqual([1, MAX_BUFFERED]);
  });

  it('brings the error behind the values', async () => {
    const failing = new BoundedBuffer(throwError(() => new Error('broken')));
    await expect(failing.next()).rejects.toThrow('broken');
  });

  it('leaves its source and ends the one who waits when it is returned', async () => {
    const source = new Subject<number>();
    const buffer = new BoundedBuffer(source);
    const waiting = buffer.next();
    await buffer.return();
    await expect(waiting).resolves.toMatchObject({ done: true });
    expect(source.observed).toBe(false);
  });
});
