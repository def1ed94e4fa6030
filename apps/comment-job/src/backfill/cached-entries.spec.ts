import { expect, it } from '@jest/globals';
import { CachedEntries } from './cached-entries.js';

it('entries are rebuilt together, none once the partition is taken away', async () => {
  const rebuilt: (readonly string[])[] = [];
  const cached = { rebuild: (ids: Iterable<string>) => Promise.resolve(void rebuilt.push([...ids])) };
  const entries = new CachedEntries(cached, () => true);
  const stop = new AbortController();
  await entries.rebuild(['1', '2'], stop.signal);
  stop.abort();
  await entries.rebuild(['3'], stop.signal);
  expect(rebuilt).toEqual([['1', '2']]);
});
