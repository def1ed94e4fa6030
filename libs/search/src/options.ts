import { noFaults, systemClock, type Clock, type FaultPoint } from '@storey/context';
import { misconfigured } from './misconfigured.js';
import { type SearchIndex } from './search.js';

export interface SearchOptions {
  readonly index: SearchIndex;
  readonly clock?: Clock;
  /** Reaches `search.put` when documents were stored and the caller does not know it yet. */
  readonly faultPoint?: FaultPoint;
  /** Told of what heals without anybody's doing. Must not throw. Default: a process warning. */
  readonly onError?: (error: unknown, where: string) => void;
}

export type ResolvedOptions = Required<SearchOptions>;

const NAME = /^[a-z][a-z_]{0,31}$/;
const MAX_KEYWORDS = 16;

export function resolveOptions(options: SearchOptions): ResolvedOptions {
  const { index, clock = systemClock, faultPoint = noFaults, onError = warn } = options;
  const wrong = [index.name, ...index.keywords].find((name) => !NAME.test(name));
  if (wrong !== undefined) throw misconfigured(`"${wrong}" names no index or keyword: use [a-z_].`);
  if (index.keywords.length > MAX_KEYWORDS) throw misconfigured('An index has at most 16 keywords.');
  return { index, clock, faultPoint, onError };
}

function warn(error: unknown, where: string): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(`${where}: ${text}`, 'SearchWarning');
}
