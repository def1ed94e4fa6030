import { describe, expect, it } from '@jest/globals';
import { HeardChanges } from './heard-changes.js';

describe('changes that were heard', () => {
  it('refuse what was looked up before them, and nothing else', () => {
    const heard = new HeardChanges();
    const before = heard.ticket();
    heard.record('a', 0n);
    expect(heard.refusal('a', before, undefined)).toBe('overtaken');
    expect(heard.refusal('a', before, 9n)).toBe('overtaken');
    expect(heard.refusal('b', before, undefined)).toBeUndefined();
    expect(heard.refusal('a', heard.ticket(), undefined)).toBeUndefined();
  });

  it('go by version where there is one, whenever it was looked up', () => {
    const heard = new HeardChanges();
    const before = heard.ticket();
    heard.record('a', 5n);
    expect(heard.refusal('a', before, 5n)).toBeUndefined();
    expect(heard.refusal('a', heard.ticket(), 4n)).toBe('outdated');
    expect(heard.refusal('a', heard.ticket(), undefined)).toBe('outdated');
  });

  it('remember versions of the groups that changed last', () => {
    const heard = new HeardChanges(10);
    heard.record('a', 5n);
    for (let group = 0; group < 9; group += 1) heard.record(`${group}`, 1n);
    expect(heard.refusal('a', heard.ticket(), 4n)).toBe('outdated');
    for (let group = 10; group < 19; group += 1) heard.record(`${group}`, 1n);
    expect(heard.refusal('a', heard.ticket(), 4n)).toBe('outdated');
  });

  it('refuse every ticket that is older than what they forgot', () => {
    const heard = new HeardChanges(10);
    const before = heard.ticket();
    heard.record('a', 0n);
    const after = heard.ticket();
    for (let group = 0; group < 40; group += 1) {
      heard.record(`${group}`, 0n);
      expect(heard.refusal('a', before, undefined)).toBe('overtaken');
    }
    expect(heard.refusal('never heard of', after, undefined)).toBe('overtaken');
    expect(heard.refusal('a', heard.ticket(), undefined)).toBeUndefined();
  });

  it('do not forget a group while it goes on changing', () => {
    const heard = new HeardChanges(10);
    heard.record('a', 7n);
    for (let group = 0; group < 100; group += 1) {
      heard.record(`${group}`, 1n);
      if (group % 5 === 0) heard.record('a', 1n);
    }
    expect(heard.refusal('a', heard.ticket(), 6n)).toBe('outdated');
  });

  it('void every ticket when that is asked for', () => {
    const heard = new HeardChanges();
    const before = heard.ticket();
    heard.voidAll();
    expect(heard.refusal('a', before, 9n)).toBe('overtaken');
    expect(heard.refusal('a', heard.ticket(), undefined)).toBeUndefined();
  });
});
