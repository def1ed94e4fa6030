import { checkText, type Comments, type Imports } from '@storey/comment';
import { invalidRequest, isAppError } from '@storey/errors';
import { requireAdmin } from '../caller.js';
import { type CommandLog, type NewCommand } from '../intake/command-log.js';
import { isSubject } from '../intake/subject-ref.js';
import { type GivenIds, type GivenId } from './given-ids.js';
import { ImportRefusal, type ImportItem } from './import-item.js';

const MAX_ITEMS = 200;
/** One turn of the writer, which live posts may have to wait for. */
const APPEND_CHUNK = 25;

export interface ImportBatch {
  /** Names where the items come from. */
  readonly source: string;
  /** Parents before their replies. */
  readonly items: readonly ImportItem[];
}

export interface Imported {
  readonly accepted: number;
  /** Stored by an earlier import. */
  readonly known: number;
  readonly skipped: { readonly sourceKey: string; readonly reason: string }[];
}

/**
 * Accepts comments from elsewhere, each once per (source, key) however often it is sent: an id is bound to the key
 * before the append, so what was sent twice is one command to the writer. They pass neither limits nor the
 * duplicate rule.
 */
export class ImportComments {
  readonly #imports: Imports;
  readonly #comments: Comments;
  readonly #given: GivenIds;
  readonly #log: CommandLog;

  constructor(imports: Imports, comments: Comments, given: GivenIds, log: CommandLog) {
    this.#imports = imports;
    this.#comments = comments;
    this.#given = given;
    this.#log = log;
  }

  /** @throws AppError 403 to others than administrators, invalid for more than 200 items. */
  async execute({ source, items }: ImportBatch): Promise<Imported> {
    requireAdmin();
    if (items.length > MAX_ITEMS || source === '' || source.length > 255) {
      throw invalidRequest([{ path: '/items', message: `${MAX_ITEMS} items of a named source at most` }]);
    }
    const stored = await this.#stored(source, items);
    const skipped: { sourceKey: string; reason: string }[] = [];
    const commands: NewCommand[] = [];
    let known = 0;
    for (const item of items) {
      if (stored.has(item.sourceKey)) {
        known += 1;
        continue;
      }
      const command = await this.#command(source, item, stored, skipped);
      if (command) commands.push(command);
    }
    await this.#append(commands);
    return { accepted: commands.length, known, skipped };
  }

  /** What earlier imports stored, of the items and of their parents. */
  async #stored(source: string, items: readonly ImportItem[]): Promise<ReadonlyMap<string, GivenId>> {
    const keys = new Set(items.flatMap((item) => [item.sourceKey, item.parentSourceKey]));
    keys.delete('');
    const ids = await this.#imports.known(source, [...keys]);
    const records = await this.#comments.byIds([...new Set(ids.values())]);
    return new Map(
      [...ids].map(([key, id]) => [key, { id, rootId: records.get(id)?.rootId ?? 0n }] as const),
    );
  }

  async #command(
    source: string,
    item: ImportItem,
    stored: ReadonlyMap<string, GivenId>,
    skipped: { sourceKey: string; reason: string }[],
  ): Promise<NewCommand | undefined> {
    try {
      const text = textOf(item);
      const parent = await this.#parent(source, item, stored);
      const rootId = parent ? parent.rootId || parent.id : 0n;
      const newId = this.#log.nextId(item.subject);
      const { id } = await this.#given.give(source, item.sourceKey, { id: newId, rootId });
      const { sourceKey, subject, authorId, createdAt } = item;
      const publish = { text, parentId: parent?.id ?? 0n, rootId, source, sourceKey };
      const actor = { userId: authorId, roles: ['user'] };
      const at = Math.min(createdAt, this.#log.now());
      return { id, subject, actor, at, change: { case: 'publish', value: publish } };
    } catch (error) {
      if (!(error instanceof ImportRefusal)) throw error;
      skipped.push({ sourceKey: item.sourceKey, reason: error.message });
      return undefined;
    }
  }

  async #parent(
    source: string,
    { parentSourceKey }: ImportItem,
    stored: ReadonlyMap<string, GivenId>,
  ): Promise<GivenId | undefined> {
    if (parentSourceKey === '') return undefined;
    const parent = stored.get(parentSourceKey) ?? (await this.#given.find(source, parentSourceKey));
    if (!parent) throw new ImportRefusal('its parent was not imported');
    return parent;
  }

  async #append(commands: readonly NewCommand[]): Promise<void> {
    for (let start = 0; start < commands.length; start += APPEND_CHUNK) {
      await this.#log.acceptBulk(commands.slice(start, start + APPEND_CHUNK));
    }
  }
}

function textOf({ sourceKey, subject, authorId, text, createdAt }: ImportItem): string {
  if (sourceKey === '' || sourceKey.length > 255) throw new ImportRefusal('its key is empty or too long');
  if (!isSubject(subject)) throw new ImportRefusal('it names no subject');
  if (authorId <= 0n) throw new ImportRefusal('it has no author');
  if (createdAt < 0) throw new ImportRefusal('it has no time');
  try {
    return checkText(text);
  } catch (error) {
    if (!isAppError(error)) throw error;
    throw new ImportRefusal(error.details.errors?.[0]?.message ?? error.message, error);
  }
}
