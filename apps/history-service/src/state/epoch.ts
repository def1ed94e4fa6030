import { EPOCH, REGIONS, WHOLE } from '@storey/history';
import { type Kv } from '@storey/kv';

/**
 * Whether kv state holds everything that was acknowledged. The epoch says since when the state exists; it vanishes
 * with a lost state. Until history-job has written what the log held then, a region is not whole: the tables, from
 * which users are loaded, may lack the last minute.
 */
export class Epoch {
  constructor(private readonly kv: Kv) {}

  /** @param given the value of `EPOCH`, when it was read already. @returns the epoch in force. */
  async ensure(now: number, given?: Uint8Array): Promise<string> {
    if (given) return textOf(given);
    const mine = Buffer.from(String(now));
    return textOf((await this.kv.setIfAbsent(EPOCH, mine, {})) ?? mine);
  }

  async isWhole(region: number, epoch: string): Promise<boolean> {
    const [value] = await this.kv.getFields(WHOLE, [String(region)]);
    return value !== undefined && textOf(value) === epoch;
  }

  /** The regions that wait for history-job. */
  async broken(epoch: string): Promise<readonly number[]> {
    const whole = await this.kv.getAllFields(WHOLE);
    return ALL.filter((region) => {
      const value = whole.get(String(region));
      return value === undefined || textOf(value) !== epoch;
    });
  }

  /** For a state that never held anything. */
  async declareWhole(epoch: string): Promise<void> {
    const value = Buffer.from(epoch);
    await this.kv.setFields(WHOLE, new Map(ALL.map((region) => [String(region), value])), {});
  }
}

const ALL = Array.from({ length: REGIONS }, (_, region) => region);

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
