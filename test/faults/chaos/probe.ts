import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer } from '../../support/client.js';

/** What somebody does over and over while a part is away, and what may then be answered. */
export interface Probed {
  readonly name: string;
  readonly send: () => Promise<Answer>;
  readonly may: readonly number[];
}

/** No answer may take longer: the longest budget of a route, and the way there and back on a busy machine. */
const NEVER_LONGER_MS = 5000;
const EVERY_MS = 150;
/** Of the answers, at most: a machine that carries everything may be late (504) now and then. */
const LATE = 0.06;

/** Asks until `signal` aborts. @returns a line for each answer that may not be, and how often each was given. */
export async function probe(
  probed: readonly Probed[],
  signal: AbortSignal,
): Promise<{ readonly faults: readonly string[]; readonly answers: Readonly<Record<string, number>> }> {
  const faults = new Set<string>();
  const answers: Record<string, number> = {};
  await Promise.all(
    probed.map(async ({ name, send, may }) => {
      while (!signal.aborted) {
        const begun = performance.now();
        const answer = await send();
        const ms = performance.now() - begun;
        const told = `${name} ${answer.status}`;
        answers[told] = (answers[told] ?? 0) + 1;
        if (![...may, 504].includes(answer.status)) faults.add(`${told}: ${answer.text}`);
        if (answer.status === 503 && !(Number(answer.headers.get('retry-after')) >= 1))
          faults.add(`${told} without Retry-After`);
        if (answer.status >= 400 && !/problem\+json/.test(answer.headers.get('content-type') ?? ''))
          faults.add(`${told} is no problem+json`);
        if (ms > NEVER_LONGER_MS) faults.add(`${told} after ${Math.round(ms)} ms`);
        await sleep(EVERY_MS);
      }
      const all = Object.entries(answers).filter(([told]) => told.startsWith(`${name} `));
      const total = all.reduce((sum, [, count]) => sum + count, 0);
      const late = answers[`${name} 504`] ?? 0;
      if (late > total * LATE && !may.includes(504))
        faults.add(`${name}: ${late} of ${total} answers were late`);
    }),
  );
  return { faults: [...faults], answers };
}
