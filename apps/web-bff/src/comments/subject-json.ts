import { comment as contract } from '@storey/contracts';

const STATES = {
  [contract.SubjectState.UNSPECIFIED]: 'open',
  [contract.SubjectState.OPEN]: 'open',
  [contract.SubjectState.READ_ONLY]: 'read_only',
  [contract.SubjectState.CLOSED]: 'closed',
} as const satisfies Record<contract.SubjectState, string>;

export interface CountsJson {
  readonly roots: number;
  readonly all: number;
}

/** A subject as the contract shows it. */
export interface SubjectJson {
  readonly type: string;
  readonly oid: string;
  readonly title: string | null;
  readonly url: string | null;
  readonly ownerId: string | null;
  readonly state: (typeof STATES)[contract.SubjectState];
  readonly policy: { readonly mode: string; readonly minLevel: number };
  readonly counts: CountsJson;
}

export function subjectJson(subject: contract.Subject): SubjectJson {
  return {
    type: subject.ref?.type ?? '',
    oid: subject.ref?.oid ?? '',
    title: subject.title || null,
    url: subject.url || null,
    ownerId: subject.ownerId === 0n ? null : String(subject.ownerId),
    state: STATES[subject.state],
    policy: { mode: subject.policyMode || 'post_then_review', minLevel: subject.policyMinLevel },
    counts: countsJson(subject.counts),
  };
}

export const countsJson = (counts: contract.Counts | undefined): CountsJson => ({
  roots: Number(counts?.roots ?? 0n),
  all: Number(counts?.all ?? 0n),
});
