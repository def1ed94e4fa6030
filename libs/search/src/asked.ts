import { pairsOf, runsOf, tokensOfRun, wordOf, type Run } from './cut.js';

/** One thing that a text must have. All its terms stand side by side. */
export type Clause =
  | { readonly kind: 'terms'; readonly terms: readonly string[] }
  /** One character of Han, Kana or Hangul: some token begins with it. */
  | { readonly kind: 'prefix'; readonly prefix: string };

export interface Asked {
  /** Each once; none when nothing was asked that could be found. */
  readonly clauses: readonly Clause[];
  /** The whole query side by side; absent when that says no more than the clauses do. */
  readonly phrase?: readonly string[];
}

/** What is asked beyond it is left out. */
const MAX_RUNS = 32;
const MAX_RUN = 64;

export function askedRuns(text: string): readonly Run[] {
  return runsOf(text)
    .slice(0, MAX_RUNS)
    .map(({ kind, chars }) => ({ kind, chars: chars.slice(0, MAX_RUN) }));
}

export function asked(text: string): Asked {
  const runs = askedRuns(text);
  const clauses = [...new Map(runs.map((run) => [keyOf(run), clauseOf(run)])).values()];
  const phrase = phraseOf(runs);
  return runs.length > 1 && phrase.length > 1 ? { clauses, phrase } : { clauses };
}

const keyOf = ({ chars }: Run): string => chars.map(({ char }) => char).join('');

function clauseOf(run: Run): Clause {
  if (run.kind === 'word') return { kind: 'terms', terms: [wordOf(run)] };
  const pairs = pairsOf(run);
  return pairs.length === 0 ? { kind: 'prefix', prefix: keyOf(run) } : { kind: 'terms', terms: pairs };
}

/** The text may go on where the query ends: its last character need not be the last of a run there. */
function phraseOf(runs: readonly Run[]): readonly string[] {
  return runs.flatMap((run, at) => {
    const isLast = at === runs.length - 1 && run.kind === 'cjk';
    return isLast ? pairsOf(run) : tokensOfRun(run);
  });
}
