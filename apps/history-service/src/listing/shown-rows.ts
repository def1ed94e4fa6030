import { createHash } from 'node:crypto';
import { userKeys } from '@storey/history';
import { type Kv } from '@storey/kv';
import { type WalkPosition } from './walk-position.js';

const HASH_BYTES = 6;
/** Pages remembered of all walks of a user; the oldest are forgotten first. */
const MAX_PAGES = 256;
const TTL_MS = 3_600_000;

/** The rows that the pages of a walk have shown, as short hashes; forgotten after an hour. */
export class ShownRows {
  constructor(private readonly kv: Kv) {}

  /** Showing a page again writes the same again. */
  async add(userId: bigint, { walk, page }: WalkPosition, names: readonly string[]): Promise<void> {
    const value = Buffer.concat(names.map(hashOf));
    const field = `${walk}.${page}`;
    const options = { ttlMs: TTL_MS, maxFields: MAX_PAGES };
    await this.kv.setFields(userKeys(userId).walks, new Map([[field, value]]), options);
  }

  /**
   * @returns whether a row was shown on a page before this one; nothing when not all those pages are remembered, as
   * then nobody can tell.
   */
  async before(
    userId: bigint,
    { walk, page }: WalkPosition,
  ): Promise<((name: string) => boolean) | undefined> {
    if (page > MAX_PAGES) return undefined;
    const fields = Array.from({ length: page }, (_, n) => `${walk}.${n}`);
    const pages = await this.kv.getFields(userKeys(userId).walks, fields);
    const hashes = new Set<string>();
    for (const value of pages) {
      if (!value) return undefined;
      const bytes = Buffer.from(value);
      for (let start = 0; start < bytes.length; start += HASH_BYTES)
        hashes.add(bytes.toString('hex', start, start + HASH_BYTES));
    }
    return (name) => hashes.has(hashOf(name).toString('hex'));
  }
}

const hashOf = (name: string): Buffer => createHash('sha256').update(name).digest().subarray(0, HASH_BYTES);
