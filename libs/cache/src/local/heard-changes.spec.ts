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

  it('know since when a version lacks something, by the first that came behind it', () => {
    const heard = new HeardChanges();
    expect(heard.lackingSince('a', 1n)).toBe(-Infinity);
    for (const [version, at] of [
      [3n, 100] as const,
      [5n, 110] as const,
      [4n, 120] as const,
      [9n, 130] as const,
    ])
      heard.record('a', version, at);
    expect([1n, 3n, 4n, 5n].map((version) => heard.lackingSince('a', version))).toEqual([100, 110, 110, 130]);
    heard.record('a', 10n);
    expect(heard.lackingSince('a', 9n)).toBe(-Infinity);
  });

  it('do not know it of a version behind which more came than is remembered', () => {
    const heard = new HeardChanges();
    for (let version = 1; version <= 100; version += 1) heard.record('a', BigInt(version), version);
    expect([35n, 36n, 99n].map((version) => heard.lackingSince('a', version))).toEqual([-Infinity, 37, 100]);
  });

  it('void every ticket when that is asked for', () => {
    const heard = new HeardChanges();
    const before = heard.ticket();
    heard.voidAll();
    expect(heard.refusal('a', before, 9n)).toBe('overtaken');
    expect(heard.refusal('a', heard.ticket(), undefined)).toBeUndefined();
  });
});
