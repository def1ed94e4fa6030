import { type Encoding } from './page.js';

/** Best first, where a client takes either as gladly. */
const KNOWN: readonly Encoding[] = ['br', 'gzip'];

/** What `Accept-Encoding` (RFC 9110, 12.5.3) likes best of what we can do; `undefined`: the bytes as they are. */
export function preferredEncoding(header: string | undefined): Encoding | undefined {
  if (header === undefined) return undefined;
  const weights = new Map(header.split(',').map(weighed));
  const weightOf = (encoding: Encoding): number => weights.get(encoding) ?? weights.get('*') ?? 0;
  const [best] = KNOWN.toSorted((a, b) => weightOf(b) - weightOf(a));
  return best !== undefined && weightOf(best) > (weights.get('identity') ?? 0) ? best : undefined;
}

function weighed(entry: string): readonly [string, number] {
  const [name = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((each) => each.startsWith('q='));
  return [name, weight === undefined ? 1 : Number(weight.slice(2)) || 0];
}
