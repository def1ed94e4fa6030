import { FakeClock } from '@storey/context';
import { hashes } from './contract/hashes.contract.js';
import { leases } from './contract/leases.contract.js';
import { merging } from './contract/merging.contract.js';
import { quotas } from './contract/quotas.contract.js';
import { rules } from './contract/rules.contract.js';
import { sortedSets } from './contract/sorted-sets.contract.js';
import { type Time, afterEach, beforeEach, describe, fakeTime, it } from './contract/suite.js';
import { values } from './contract/values.contract.js';
import { type Kv } from './kv.js';

export interface KvContractOptions {
  /** Sentences an adapter is excused from, each with its reason. */
  readonly except?: Readonly<Record<string, string>>;
  /** For a store that goes by its own clock. Default: the fake one. */
  readonly time?: (kv: Kv) => Time;
}

/**
 * What every adapter must do, to be run by its spec. `create` opens an empty store that goes by `clock`; it is closed
 * after each test.
 */
export function describeKv(
  name: string,
  create: (clock: FakeClock) => Promise<Kv>,
  { except = {}, time: timeOf }: KvContractOptions = {},
): void {
  describe(`${name} as a key-value store`, () => {
    let kv: Kv;
    let time: Time;
    beforeEach(async () => {
      const clock = new FakeClock();
      kv = await create(clock);
      time = timeOf ? timeOf(kv) : fakeTime(clock);
    });
    afterEach(() => kv.close());
    const test = (sentence: string, run: () => Promise<void>): void => {
      const reason = except[sentence];
      if (reason === undefined) it(sentence, run);
      else it.skip(`${sentence} (${reason})`, run);
    };
    const suite = { kv: () => kv, time: () => time, test };
    for (const part of [values, leases, hashes, sortedSets, merging, quotas, rules]) part(suite);
  });
}
