import { type LocalCopies } from './local-copies.js';

/** Of what each fresh copy holds, by id as text; `undefined`: it is known that there is none. */
export type Checksums = ReadonlyMap<string, number | undefined>;

export function checksumsOf<Id extends string | number | bigint, V>(
  copies: LocalCopies<Id, V>,
  checksum: (value: V) => number,
): Checksums {
  const sums = new Map<string, number | undefined>();
  for (const id of copies.ids()) {
    const copy = copies.peek(id);
    if (!copy?.fresh) continue;
    sums.set(String(id), copy.value === undefined ? undefined : checksum(copy.value));
  }
  return sums;
}

/** The ids of which not every process that has a fresh copy has the same. Some of them may only be on their way. */
export function findDiffering(processes: readonly Checksums[]): readonly string[] {
  const first = new Map<string, number | undefined>();
  const differing = new Set<string>();
  for (const sums of processes) {
    for (const [id, sum] of sums) {
      if (!first.has(id)) first.set(id, sum);
      else if (first.get(id) !== sum) differing.add(id);
    }
  }
  return [...differing];
}
