import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { startProcess, temporaryFolder, type RunningProcess } from '@storey/testing';
import { Dice } from './chaos/dice.js';
import { amount, seed, tell } from './chaos/proof.js';

const TIMERS = amount('PROVE_TIMERS', 3000);
const KILLS = amount('PROVE_TIMER_KILLS', 4);
/** Due within it, so that each start finds some that are late and some that are not due yet. */
const SPREAD_MS = Math.max(3000, TIMERS / 5);
const LONGEST_MS = 60_000 + TIMERS * 5;
const child = join(import.meta.dirname, 'timers-child.mjs');
const hook = join(import.meta.dirname, '../../tools/typescript-sources.mjs');

const begin = (url: string): Promise<RunningProcess> =>
  startProcess(process.execPath, [
    '--conditions=@storey/source',
    '--disable-warning=ExperimentalWarning',
    '--import',
    hook,
    child,
    url,
    String(TIMERS),
    String(SPREAD_MS),
  ]);

interface Effect {
  readonly id: string;
  readonly late_ms: number;
}

/** By how late they were. */
function effectsIn(file: string): readonly Effect[] {
  using database = new DatabaseSync(file, { readOnly: true });
  const rows: unknown = database.prepare('select id, late_ms from went_off order by late_ms').all();
  return rows as readonly Effect[];
}

describe('durable timers', () => {
  it(
    'go off once each and never early, over kills of their process',
    async () => {
      const folder = temporaryFolder();
      const url = `sqlite:${folder.path}/timers.db`;
      const chosen = seed();
      const dice = new Dice(chosen);
      for (let kills = 0; kills < KILLS; kills += 1) {
        await using killed = await begin(url);
        await killed.waitForLine(/^started/);
        await sleep(dice.between(50, Math.max(400, SPREAD_MS / KILLS)));
        await killed.kill();
      }
      const survivor = await begin(url);
      await survivor.waitForLine(/^all went off/, LONGEST_MS);
      expect(await survivor.exited).toEqual({ code: 0, signal: null });
      const effects = effectsIn(`${folder.path}/timers.db`);
      folder.remove();
      const different = new Set(effects.map(({ id }) => id)).size;
      const early = effects.filter(({ late_ms }) => late_ms < 0).length;
      const [lost, twins] = [TIMERS - different, effects.length - different];
      const median = effects[Math.floor(effects.length / 2)]?.late_ms ?? 0;
      tell('timers', {
        seed: chosen,
        timers: TIMERS,
        kills: KILLS,
        lost,
        early,
        twins,
        'median late ms': median,
      });
      expect({ lost, early, twins }).toEqual({ lost: 0, early: 0, twins: 0 });
    },
    LONGEST_MS * 2,
  );
});
