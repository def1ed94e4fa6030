import { asProblem } from '../api/problem.js';
import { session } from '../api/signed-in.js';
import { findProgress, type Progress } from './records.js';

/** Less is not worth going on from. */
const WORTH_RESUMING_SECONDS = 5;

/** How far these films were watched, by oid. Nothing for the signed out, and when the history can't be asked now. */
export async function watchedSoFar(oids: readonly string[]): Promise<ReadonlyMap<string, Progress>> {
  if (session.value === null) return new Map();
  try {
    return await findProgress(oids);
  } catch (error) {
    asProblem(error);
    return new Map();
  }
}

/** Where to go on with a film, in seconds; `null` for its start. */
export async function savedPlace(oid: string): Promise<number | null> {
  const { progress = 0, finished = true } = (await watchedSoFar([oid])).get(oid) ?? {};
  return finished || progress < WORTH_RESUMING_SECONDS ? null : progress;
}
