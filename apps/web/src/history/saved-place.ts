import { Problem } from '../api/problem.js';
import { session } from '../api/signed-in.js';
import { findRecord } from './records.js';

/** Less is not worth going on from. */
const WORTH_RESUMING_SECONDS = 5;

/** Where to go on with a film, in seconds; `null` for its start, also when the history can't be asked now. */
export async function savedPlace(oid: string, signal: AbortSignal): Promise<number | null> {
  if (session.value === null) return null;
  try {
    const { progress, finished } = await findRecord(oid, signal);
    return finished || progress < WORTH_RESUMING_SECONDS ? null : progress;
  } catch (error) {
    if (!(error instanceof Problem) && !signal.aborted) throw error;
    return null;
  }
}
