import { type Comparison } from '@storey/reconcile';
import { nameOf } from '../history-record.js';
import { userKeys } from '../kv-keys.js';
import { HISTORY_JOB, HISTORY_UPDATES } from '../topics.js';
import { type HistoryStores } from './history-stores.js';
import { walkRecords } from './walk-records.js';

/**
 * What kv state has of the records of one table, by the time of each: newer than its row while nothing is on its way
 * (`row-behind`: a write that was lost), or older than it (`kept-behind`: readers see an old one). Only records that are in
 * both; while history-job has something to write nothing is told. A repair has readers load the rows anew.
 */
export function compareKept({ sql, kv, events }: HistoryStores, n: number): Comparison {
  return {
    name: `kept history ${n}`,
    find: async function* () {
      for await (const { userId, rows } of walkRecords(sql, n)) {
        const { index, dirty } = userKeys(userId);
        const names = rows.map(nameOf);
        const [kept, marks] = await Promise.all([kv.scoresOf(index, names), kv.scoresOf(dirty, names)]);
        const differing = rows.flatMap(({ business, oid, at }, i) => {
          const time = kept[i];
          if (time === undefined || time === Number(at) || marks[i] !== undefined) return [];
          const kind = time > Number(at) ? 'row-behind' : 'kept-behind';
          return [{ kind, id: `${userId}/${business}/${oid}` }];
        });
        if (differing.length > 0 && (await events.lag(HISTORY_UPDATES.name, HISTORY_JOB)) > 0) return;
        yield* differing;
      }
    },
    repair: async (differences) => {
      for (const { kind, id } of differences) {
        if (kind !== 'kept-behind') continue;
        const [userId = '0', business = '', oid = ''] = id.split('/');
        const { index, records, loaded } = userKeys(BigInt(userId));
        const name = nameOf({ business, oid });
        await kv.removeScored(index, [name]);
        await kv.deleteFields(records, [name]);
        await kv.delete([loaded]);
      }
    },
  };
}
