import { type FieldWrite, type Origin, type Undo } from './effect.js';

/** Bytes a field costs beside its name and value. */
const FIELD_OVERHEAD = 128;

interface Field {
  readonly value: Uint8Array;
  readonly origin: Origin | undefined;
  /** Grows with every write, so that an undo can put a field back where it was. */
  readonly sequence: number;
}

/** The fields of one hash, in the order in which they were last set. */
export class FieldMap {
  #fields = new Map<string, Field>();
  #sequence = 0;
  #bytes = 0;
  /** An undo puts old fields at the end of the map; they are put in order when order is next asked for. */
  #disordered = false;

  get size(): number {
    return this.#fields.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(field: string): Uint8Array | undefined {
    return this.#fields.get(field)?.value;
  }

  has(field: string): boolean {
    return this.#fields.has(field);
  }

  originOf(field: string): Origin | undefined {
    return this.#fields.get(field)?.origin;
  }

  write(writes: readonly FieldWrite[]): Undo {
    const before = this.#before(writes.map(({ field }) => field));
    for (const { field, value, origin } of writes) {
      this.#sequence += 1;
      this.#put(field, { value, origin, sequence: this.#sequence });
    }
    return () => this.#restore(before);
  }

  delete(fields: readonly string[]): Undo {
    const before = this.#before(fields);
    for (const field of fields) this.#put(field, undefined);
    return () => this.#restore(before);
  }

  /** The `count` fields set longest ago among those not in `except`. */
  oldest(count: number, except: ReadonlySet<string>): readonly string[] {
    const found: string[] = [];
    if (count <= 0) return found;
    for (const field of this.#inOrder().keys()) {
      if (except.has(field)) continue;
      found.push(field);
      if (found.length === count) break;
    }
    return found;
  }

  *writes(): IterableIterator<FieldWrite> {
    for (const [field, { value, origin }] of this.#inOrder())
      yield { field, value, ...(origin && { origin }) };
  }

  #before(fields: readonly string[]): ReadonlyMap<string, Field | undefined> {
    return new Map(fields.map((field) => [field, this.#fields.get(field)]));
  }

  #restore(before: ReadonlyMap<string, Field | undefined>): void {
    for (const [field, old] of before) this.#put(field, old);
    this.#disordered = true;
  }

  #put(field: string, next: Field | undefined): void {
    const old = this.#fields.get(field);
    if (old) {
      this.#bytes -= cost(field, old);
      this.#fields.delete(field);
    }
    if (next) {
      this.#bytes += cost(field, next);
      this.#fields.set(field, next);
    }
  }

  #inOrder(): ReadonlyMap<string, Field> {
    if (this.#disordered) {
      this.#fields = new Map([...this.#fields].sort(([, a], [, b]) => a.sequence - b.sequence));
      this.#disordered = false;
    }
    return this.#fields;
  }
}

const cost = (name: string, { value, origin }: Field): number =>
  FIELD_OVERHEAD + name.length + value.byteLength + (origin?.device.length ?? 0);
