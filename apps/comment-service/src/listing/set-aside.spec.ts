import { describe, expect, it } from '@jest/globals';
import { decodeSetAside, encodeSetAside } from './set-aside.js';

const position = Uint8Array.of(1, 0, 7);

describe('what is set aside', () => {
  it.each([[[]], [[1n]], [[2n ** 63n - 1n, 5n, 1n]]])('comes back as it went: %p', (ids) => {
    expect(decodeSetAside(encodeSetAside({ ids, position }))).toEqual({ ids, position });
  });

  it('leaves no trace where nothing is, and at the end of a walk', () => {
    expect(encodeSetAside({ ids: [], position })).toEqual(position);
    expect(encodeSetAside({ ids: [1n], position: new Uint8Array() })).toHaveLength(0);
  });

  it.each([[[2]], [[2, 0, 1]], [[2, 1, 0, 0]], [[2, 1, 0, 0, 0, 0, 0, 0, 0, 1]]])('is not %p', (bytes) => {
    const decode = () => decodeSetAside(Uint8Array.from(bytes));
    expect(decode).toThrow(expect.objectContaining({ code: 'COMMON_CURSOR_INVALID' }));
  });
});
