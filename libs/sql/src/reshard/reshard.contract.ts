import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type FaultPoint } from '@storey/context';
import { sql as raw } from 'kysely';
import { openSql } from '../open-sql.js';
import { type Migrations } from '../open-sql-options.js';
import { tableFor, tableNumbers, type Tables } from '../shards.js';
import { type Sql } from '../sql.js';
import { columnNames, tableNames, triggerNames } from './catalog.js';
import { Ledger, SHARDED, reshardMigrations, type ReshardDb } from './reshard-db.js';
import { abortReshard, reshard, type ReshardOptions } from './reshard.js';

export interface ReshardPlace {
  readonly url: string;
  remove(): Promise<void>;
}

/** Others use the machine, too. */
const TIMEOUT_MS = 300_000;
const PATIENT = { timeoutMs: 60_000 };

const POINTS = [
  ['reshard.prepared', 1],
  ['reshard.doubled', 1],
  ['reshard.copied', 1],
  ['reshard.copied', 5],
  ['reshard.compared', 1],
  ['reshard.switched', 1],
  ['reshard.dropped', 1],
  ['reshard.dropped', 4],
] as const;

/** What every dialect must pass. @param make a place of its own for each test. */
export function describeReshard(name: string, make: () => Promise<ReshardPlace>): void {
  jest.setTimeout(TIMEOUT_MS);
  describe(`dealing tables out anew over ${name}`, () => {
    let place: ReshardPlace;
    let sql: Sql<ReshardDb>;
    let ledger: Ledger;

    beforeEach(async () => {
      place = await make();
      sql = await open();
      ledger = new Ledger(sql);
      await ledger.fill(900, 300);
    });

    afterEach(async () => {
      await sql.close();
      await place.remove();
    });

    const open = () =>
      openSql<ReshardDb>(place.url, { migrations: reshardMigrations, tables: 2, migrate: 'run' });
    const run = (to: number, options: Partial<ReshardOptions> = {}): Promise<void> =>
      reshard(sql, to, { sharded: SHARDED, ...options });
    const expectKept = async (count: number): Promise<void> => {
      expect(await ledger.stored()).toEqual(ledger.promised());
      expect(sql.tables.count).toBe(count);
    };
    const expectTidy = async (): Promise<void> => {
      const numbers = tableNumbers(sql.tables);
      const wanted = numbers.flatMap((n) => [`seen_${n}`, `thing_${n}`]);
      const names = (await tableNames(sql.read)).filter((table) =>
        /^(seen|thing|storey_old|.*next)/.test(table),
      );
      expect(names.toSorted()).toEqual(wanted.toSorted());
      expect(await triggerNames(sql.read)).toEqual([]);
    };
    /** What a row of these users needs to be somewhere else than before. */
    const writeSome = async (word: string): Promise<void> => {
      for (const n of [3, 500, 899]) await ledger.put(BigInt(n), word);
      await ledger.put(BigInt(2000 + word.length), word);
      await ledger.remove(BigInt(100 + word.length));
      await ledger.see(0n, word.slice(0, 16), 5n);
    };

    it.each([[8], [64], [1]])('leaves every row in its place among %p', async (count) => {
      await run(count);
      await expectKept(count);
      await expectTidy();
    });

    it('may be done again and again, and gives out no number twice', async () => {
      for (const [count, first] of [
        [4, 64],
        [1, 128],
        [2, 192],
      ] as const) {
        await run(count);
        expect(sql.tables.first).toBe(first);
        await run(count);
      }
      await expectKept(2);
      await expectTidy();
    });

    it('keeps what is written while it runs', async () => {
      let running = true;
      const moving = run(8).finally(() => (running = false));
      const write = async (lane: number): Promise<void> => {
        for (let n = 0; running; n += 1) {
          const id = BigInt((n * 37 + lane * 211) % 1200);
          if (n % 5 === 0) await ledger.remove(id);
          else await ledger.put(id, `${lane} ${n}`);
          await ledger.see(id * 1_000_003n, `kind ${n % 4}`, BigInt(n));
        }
      };
      // Each lane has its own rows: what was acknowledged last is then what must be there.
      await Promise.all([moving, write(0)]);
      await expectKept(8);
      await expectTidy();
    });

    it('copies no older row over one that is changed, added or removed between two chunks', async () => {
      const written: Promise<void>[] = [];
      let n = 0;
      const faultPoint: FaultPoint = (point) => {
        if (point !== 'reshard.copied') return;
        n += 1;
        written.push(writeSome(`chunk ${n}`.padEnd(8 + n, '.')));
      };
      await run(8, { faultPoint });
      await Promise.all(written);
      expect(written.length).toBeGreaterThan(5);
      await expectKept(8);
    });

    it.each(POINTS)('goes on where it was when it dies at %s for the %pth time', async (point, nth) => {
      let left: number = nth;
      const faultPoint: FaultPoint = (name) => {
        if (name === point && (left -= 1) === 0) throw new Error('dies');
      };
      await expect(run(8, { faultPoint })).rejects.toThrow('dies');
      await sql.close();
      sql = await open();
      ledger = Object.assign(new Ledger(sql), { things: ledger.things, seen: ledger.seen });
      await writeSome('between');
      await run(8);
      await writeSome('afterwards');
      await expectKept(8);
      await expectTidy();
    });

    it.each(POINTS.slice(0, 5))('is taken back whole after %s for the %pth time', async (point, nth) => {
      let left: number = nth;
      const faultPoint: FaultPoint = (name) => {
        if (name === point && (left -= 1) === 0) throw new Error('dies');
      };
      await expect(run(8, { faultPoint })).rejects.toThrow('dies');
      await writeSome('between');
      expect(await abortReshard(sql, { sharded: SHARDED })).toBe(true);
      await expectTidy();
      await writeSome('afterwards');
      await expectKept(2);
      expect(await abortReshard(sql, { sharded: SHARDED })).toBe(false);
      await run(8);
      expect(sql.tables.first).toBe(128);
      await expectKept(8);
    });

    it('runs a transaction again that comes with an old name, and keeps nothing of its first run', async () => {
      const late = await open();
      await run(8);
      const named: string[] = [];
      await late.transaction(async (tx) => {
        const table = tableFor('thing', 5n, late.tables);
        named.push(table);
        await tx.updateTable(table).set({ name: 'late' }).where('id', '=', 5n).execute();
      }, PATIENT);
      expect(named).toEqual(['thing_1', 'thing_69']);
      ledger.things.set(5n, 'late');
      expect(late.tables.count).toBe(8);
      await late.close();
      await expectKept(8);
    });

    it('refuses who keeps an old name, and who reads by one, until he asks again', async () => {
      const late = await open();
      const kept = tableFor('thing', 5n, late.tables);
      await run(8);
      const refused = { kind: 'unavailable', code: 'SQL_TABLES_MOVED' };
      await expect(late.read.selectFrom(kept).selectAll().execute()).rejects.toMatchObject(refused);
      await expect(late.transaction((tx) => tx.deleteFrom(kept).execute(), PATIENT)).rejects.toMatchObject(
        refused,
      );
      const rows = late.read.selectFrom(tableFor('thing', 5n, late.tables)).selectAll();
      expect(await rows.where('id', '=', 5n).execute()).toHaveLength(1);
      await late.close();
      await expectKept(8);
    });

    it('switches nothing when a copy differs', async () => {
      const faultPoint: FaultPoint = (point) => {
        if (point === 'reshard.compared') throw new Error('dies');
      };
      const spoil = (): Promise<unknown> =>
        sql.transaction(
          (tx) => tx.updateTable('thing_69').set({ score: 1 }).where('id', '=', 5n).execute(),
          PATIENT,
        );
      let spoilt: Promise<unknown> | undefined;
      const onProgress: ReshardOptions['onProgress'] = ({ step, table }) => {
        if (step === 'copied' && table === 'thing_1') spoilt = spoil();
      };
      await expect(run(8, { faultPoint, onProgress })).rejects.toMatchObject({ code: 'SQL_RESHARD_DIFFERS' });
      await spoilt;
      await abortReshard(sql, { sharded: SHARDED });
      await expectKept(2);
      await expectTidy();
    });

    it('goes on with nothing when a trigger was dropped, or a column added', async () => {
      const dies: FaultPoint = (point) => {
        if (point === 'reshard.compared') throw new Error('dies');
      };
      await expect(run(8, { faultPoint: dies })).rejects.toThrow('dies');
      await sql.transaction((tx) => raw`alter table thing_0 add column more integer`.execute(tx), PATIENT);
      await expect(run(8)).rejects.toThrow(/other columns/);
      await sql.transaction((tx) => raw`drop trigger storey_reshard_64_thing_1_update`.execute(tx), PATIENT);
      await expect(run(8)).rejects.toThrow(/storey_reshard_64_thing_1_update is gone/);
      await abortReshard(sql, { sharded: SHARDED });
      await expectKept(2);
    });

    it('refuses what makes no sense', async () => {
      const wrong = { code: 'SQL_MISCONFIGURED' };
      await expect(run(3)).rejects.toMatchObject(wrong);
      await expect(run(8, { sharded: SHARDED.slice(1) })).rejects.toThrow(/thing_0 looks sharded/);
      const faultPoint: FaultPoint = () => {
        throw new Error('dies');
      };
      await expect(run(8, { faultPoint })).rejects.toThrow('dies');
      await expect(run(4)).rejects.toThrow(/over 8/);
      await sql.close();
      const newer = (tables: Parameters<typeof reshardMigrations>[0]) => ({
        ...reshardMigrations(tables),
        '0003': { up: () => Promise.resolve() },
      });
      await expect(openSql(place.url, { migrations: newer })).rejects.toThrow(/0003 can't run while/);
      sql = await open();
    });

    it('runs later migrations on the tables that there are then', async () => {
      await run(4);
      await sql.close();
      const migrations = (tables: Tables): Migrations => ({
        ...reshardMigrations(tables),
        '0003': {
          up: async (db) => {
            for (const n of tableNumbers(tables))
              await db.schema.alterTable(`thing_${n}`).addColumn('more', 'integer').execute();
          },
        },
      });
      sql = await openSql<ReshardDb>(place.url, { migrations });
      for (const n of tableNumbers(sql.tables))
        expect(await columnNames(sql.read as never, `thing_${n}`)).toContain('more');
    });
  });
}
