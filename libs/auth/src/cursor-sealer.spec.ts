import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CursorSealer } from './index.js';

const sealer = new CursorSealer({ secret: new Uint8Array(32).fill(1) });
const position = Uint8Array.of(0, 1, 254, 255);
const invalid = expect.objectContaining({ kind: 'invalid', code: 'COMMON_CURSOR_INVALID' });

describe('CursorSealer', () => {
  it('gives back every position under the scope it was sealed for', () => {
    fc.assert(
      fc.property(fc.string(), fc.uint8Array({ maxLength: 200 }), (scope, bytes) => {
        expect(sealer.open(scope, sealer.seal(scope, bytes))).toEqual(bytes);
      }),
    );
  });

  it('outlives the process: equal secrets make equal cursors', () => {
    const other = new CursorSealer({ secret: new Uint8Array(32).fill(1) });
    expect(other.open('a', sealer.seal('a', position))).toEqual(position);
  });

  it('refuses a cursor with any one bit flipped', () => {
    const bytes = Buffer.from(sealer.seal('a', position), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const bent = Buffer.from(bytes);
      bent[bit >> 3] = Number(bent[bit >> 3]) ^ (1 << (bit & 7));
      expect(() => sealer.open('a', bent.toString('base64url'))).toThrow(invalid);
    }
  });

  it('refuses another scope, also one that borrows from the position', () => {
    expect(() => sealer.open('b', sealer.seal('a', position))).toThrow(invalid);
    const a = Buffer.from(sealer.seal('ab', Buffer.from('c')), 'base64url');
    const grafted = Buffer.concat([a.subarray(0, 1), Buffer.from('bc'), a.subarray(-16)]);
    expect(() => sealer.open('a', grafted.toString('base64url'))).toThrow(invalid);
  });

  it('refuses the cursor of another secret', () => {
    const other = new CursorSealer({ secret: new Uint8Array(32).fill(2) });
    expect(() => sealer.open('a', other.seal('a', position))).toThrow(invalid);
  });

  it('reads canonical base64url alone', () => {
    const cursor = sealer.seal('a', Uint8Array.of(62 << 2, 63));
    const bent = [`${cursor}=`, ` ${cursor}`, `${cursor}\n`, `${cursor}!`, `${cursor}A`, cursor.slice(1)];
    for (const text of bent) expect(() => sealer.open('a', text)).toThrow(invalid);
    const standard = Buffer.from(cursor, 'base64url').toString('base64');
    expect(() => sealer.open('a', standard)).toThrow(invalid);
  });

  it('reads no second spelling of the same bytes', () => {
    const cursor = sealer.seal('a', position); // 21 bytes: no spare bits; 20 bytes leave some
    const spare = sealer.seal('a', position.subarray(1));
    const last = spare.charCodeAt(spare.length - 1);
    const twin = spare.slice(0, -1) + String.fromCharCode(last + 1);
    expect(Buffer.from(twin, 'base64url')).toEqual(Buffer.from(spare, 'base64url'));
    expect(() => sealer.open('a', twin)).toThrow(invalid);
    expect(sealer.open('a', cursor)).toEqual(position);
  });

  it.each([
    ['nothing', ''],
    ['one byte', 'AQ'],
    ['version 0', Buffer.alloc(40).toString('base64url')],
    ['10 kB', 'A'.repeat(10_000)],
    ['an offset', '20'],
  ])('refuses %s', (_, cursor) => {
    expect(() => sealer.open('a', cursor)).toThrow(invalid);
  });

  it('never seals what it would not open', () => {
    expect(() => sealer.seal('a', new Uint8Array(1600))).toThrow(RangeError);
    const longest = new Uint8Array(1519);
    expect(sealer.open('a', sealer.seal('a', longest))).toEqual(longest);
  });

  it('refuses a short secret at construction', () => {
    expect(() => new CursorSealer({ secret: new Uint8Array(16) })).toThrow('at least 32 bytes');
  });
});
