import { comment } from '@storey/contracts';
import { type Services } from '../services.js';

/** Both services say the same of a letter and of a decision, each in messages of its own. */
export type Letter = Omit<comment.DeadLetter, '$typeName' | '$unknown'>;
export const { DeadLetterDecision } = comment;
export type Decision = comment.DeadLetterDecision;

export const DOMAINS = ['comment', 'history'] as const;
export type Domain = (typeof DOMAINS)[number];

interface Page {
  readonly letters: readonly Letter[];
  /** 0 at the end. */
  readonly nextBeforeId: bigint;
}

/** Where the letters of one domain are. */
export interface Source {
  list(beforeId: bigint, limit: number): Promise<Page>;
  decide(id: bigint, decision: Decision): Promise<unknown>;
}

export type Sources = Readonly<Record<Domain, Source>>;

export const sourcesOf = ({ comments, histories }: Services): Sources => ({
  comment: {
    list: (beforeId, limit) => comments.listDeadLetters({ beforeId, limit }),
    decide: (id, decision) => comments.decideDeadLetter({ id, decision }),
  },
  history: {
    list: (beforeId, limit) => histories.listDeadLetters({ beforeId, limit }),
    decide: (id, decision) => histories.decideDeadLetter({ id, decision }),
  },
});

/** Behind which letter of each domain a page begins. */
export type Position = Readonly<Record<Domain, bigint>>;

export const FROM_THE_NEWEST: Position = { comment: 0n, history: 0n };
/** Ids are higher. */
const NOTHING_LEFT = 1n;

export interface Merged {
  readonly letters: readonly (Letter & { readonly domain: Domain })[];
  readonly next: Position | undefined;
}

/** One page of all domains together, newest first; of each in the order of its ids. */
export async function newestOf(sources: Sources, position: Position, limit: number): Promise<Merged> {
  const pages = await Promise.all(DOMAINS.map((domain) => page(sources[domain], position[domain], limit)));
  const heaps = DOMAINS.map((domain, n) =>
    (pages[n]?.letters ?? []).map((letter) => ({ ...letter, domain })),
  );
  const letters: (Letter & { domain: Domain })[] = [];
  while (letters.length < limit) {
    const heads = heaps.filter((heap) => heap.length > 0);
    const [newest] = heads.toSorted(([a], [b]) => Number((b?.atMs ?? 0n) - (a?.atMs ?? 0n)));
    const letter = newest?.shift();
    if (!letter) break;
    letters.push(letter);
  }
  const behind = DOMAINS.map((domain, n) => {
    const last = letters.findLast((letter) => letter.domain === domain);
    const isOver = heaps[n]?.length === 0 && pages[n]?.nextBeforeId === 0n;
    return [domain, isOver ? NOTHING_LEFT : (last?.id ?? position[domain])] as const;
  });
  const next = Object.fromEntries(behind) as Record<Domain, bigint>;
  return { letters, next: DOMAINS.every((domain) => next[domain] === NOTHING_LEFT) ? undefined : next };
}

const page = (source: Source, beforeId: bigint, limit: number): Promise<Page> =>
  beforeId === NOTHING_LEFT
    ? Promise.resolve({ letters: [], nextBeforeId: 0n })
    : source.list(beforeId, limit);
