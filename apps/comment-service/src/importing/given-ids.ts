import { createHash } from 'node:crypto';
import { packIds, unpackIds } from '@storey/ids';
import { type Kv } from '@storey/kv';

/** How long the writer may be behind an import that is sent again. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** Where an item became a comment. */
export interface GivenId {
  readonly id: bigint;
  /** 0 on a root. */
  readonly rootId: bigint;
}

/** The ids of items that were accepted and may not be stored yet, in kv state. */
export class GivenIds {
  readonly #kv: Kv;

  constructor(kv: Kv) {
    this.#kv = kv;
  }

  /** @returns what was given before under this key, else `given`, which is kept. */
  async give(source: string, sourceKey: string, given: GivenId): Promise<GivenId> {
    const bytes = packIds([given.id, given.rootId]);
    const there = await this.#kv.setIfAbsent(keyOf(source, sourceKey), bytes, { ttlMs: KEPT_MS });
    return there ? decode(there) : given;
  }

  async find(source: string, sourceKey: string): Promise<GivenId | undefined> {
    const bytes = await this.#kv.get(keyOf(source, sourceKey));
    return bytes && decode(bytes);
  }
}

function decode(bytes: Uint8Array): GivenId {
  const [id = 0n, rootId = 0n] = unpackIds(bytes);
  return { id, rootId };
}

function keyOf(source: string, sourceKey: string): string {
  const hash = createHash('sha256').update(`${source}\n${sourceKey}`).digest('base64url');
  return `{im:${hash}}`;
}
