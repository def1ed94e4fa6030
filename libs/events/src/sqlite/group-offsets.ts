import { type Database } from './database.js';
import { big, type Partition } from './catalog.js';

const UPSERT = `INSERT INTO group_offset (partition_id, name, next_offset) VALUES (?, ?, ?)
  ON CONFLICT (partition_id, name) DO UPDATE SET next_offset = excluded.next_offset`;

/** How far each group came, in memory; what changed is written with the next transaction. */
export class GroupOffsets {
  readonly #database: Database;
  /** By partition id, then group. */
  readonly #offsets = new Map<bigint, Map<string, bigint>>();
  readonly #dirty = new Map<bigint, Set<string>>();

  constructor(database: Database) {
    this.#database = database;
    database.scan('SELECT partition_id, name, next_offset FROM group_offset', [], (row) => {
      this.#of(big(row, 'partition_id')).set(String(row['name']), big(row, 'next_offset'));
      return true;
    });
  }

  get dirty(): boolean {
    return this.#dirty.size > 0;
  }

  /** The committed offset, or the first kept one for a group that never was here. */
  position(partition: Partition, group: string): bigint {
    const offset = this.#offsets.get(partition.id)?.get(group) ?? 0n;
    return offset > partition.first ? offset : partition.first;
  }

  /** The committed offset, or 0. */
  committed(partition: Partition, group: string): bigint {
    return this.#offsets.get(partition.id)?.get(group) ?? 0n;
  }

  /** Makes a group known, so that retention waits for it. */
  join(partition: Partition, group: string): void {
    if (this.#offsets.get(partition.id)?.has(group)) return;
    this.#put(partition, group, partition.first);
  }

  /** Never moves backwards. */
  advance(partition: Partition, group: string, offset: bigint): void {
    if (offset > this.position(partition, group)) this.#put(partition, group, offset);
  }

  /** The offset that every known group has passed. */
  slowest(partition: Partition): bigint {
    let slowest = partition.end;
    for (const offset of this.#offsets.get(partition.id)?.values() ?? []) {
      if (offset < slowest) slowest = offset;
    }
    return slowest;
  }

  /** Inside a transaction. Follow its COMMIT with `clean()`, in the same tick. */
  write(): void {
    for (const [partition, groups] of this.#dirty) {
      for (const group of groups)
        this.#database.run(UPSERT, partition, group, this.#of(partition).get(group) ?? 0n);
    }
  }

  clean(): void {
    this.#dirty.clear();
  }

  #put({ id }: Partition, group: string, offset: bigint): void {
    this.#of(id).set(group, offset);
    const groups = this.#dirty.get(id);
    if (groups) groups.add(group);
    else this.#dirty.set(id, new Set([group]));
  }

  #of(partition: bigint): Map<string, bigint> {
    const known = this.#offsets.get(partition);
    if (known) return known;
    const fresh = new Map<string, bigint>();
    this.#offsets.set(partition, fresh);
    return fresh;
  }
}
