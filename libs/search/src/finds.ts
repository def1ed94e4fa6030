import { asked, type Clause } from './asked.js';
import { tokensOf } from './cut.js';

/** Whether a search for `query` would find `text`: for the few texts that are at hand when no index is. */
export function finds(text: string, query: string): boolean {
  const { clauses } = asked(query);
  const tokens = tokensOf(text);
  return clauses.length > 0 && clauses.every((clause) => has(tokens, clause));
}

function has(tokens: readonly string[], clause: Clause): boolean {
  if (clause.kind === 'prefix') return tokens.some((token) => token.startsWith(clause.prefix));
  return tokens.some((_, at) => clause.terms.every((term, i) => tokens[at + i] === term));
}
