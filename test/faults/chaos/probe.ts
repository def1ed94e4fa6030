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
/** Of the answers, at most: a machine that carries everything may say "not now" (503, 504) now and then. */
const SLIPS = 0.1;
const NOT_NOW = [503, 504];

/** Asks until `signal` aborts. @returns a line for each answer that may not be, and how often each was given. */
export async function probe(
  probed: readonly Probed[],
  signal: AbortSignal,
): Promise<{ readonly faults: readonly string[]; readonly answers: Readonly<Record<string, number>> }> {
  const faults = new Set<string>();
  const answers: Record<string, number> = {};
  const ask = async (each: Probed): Promise<void> => {
    let [all, slips] = [0, 0];
    while (!signal.aborted) {
      const begun = performance.now();
      const answer = await each.send();
      for (const fault of judge(each, answer, performance.now() - begun)) faults.add(fault);
      const told = `${each.name} ${answer.status}`;
      answers[told] = (answers[told] ?? 0) + 1;
      all += 1;
      if (NOT_NOW.includes(answer.status) && !each.may.includes(answer.status)) slips += 1;
      await sleep(EVERY_MS);
    }
    if (slips > all * SLIPS) faults.add(`${each.name}: ${slips} of ${all} were refused`);
  };
  await Promise.all(probed.map(ask));
  return { faults: [...faults], answers };
}

function judge({ name, may }: Probed, { status, headers, text }: Answer, ms: number): readonly string[] {
  const told = `${name} ${status}`;
  const faults = {
    [`${told}: ${text}`]: ![...may, ...NOT_NOW].includes(status),
    [`${told} without Retry-After`]: status === 503 && !(Number(headers.get('retry-after')) >= 1),
    [`${told} is no problem+json`]: status >= 400 && !/problem\+json/.test(headers.get('content-type') ?? ''),
    [`${told} after ${Math.round(ms)} ms`]: ms > NEVER_LONGER_MS,
  };
  return Object.keys(faults).filter((fault) => faults[fault]);
}
