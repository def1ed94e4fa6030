import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { LocalCopies } from '@storey/cache';
import { overlayKey } from '@storey/comment';
import { type Clock } from '@storey/context';
import { commentEvents } from '@storey/contracts';
import { isAppError } from '@storey/errors';
import { type Kv } from '@storey/kv';
import { type Logger } from '@storey/observability';
import { Overlay } from './overlay.js';
import { Settling } from './settling.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Per viewer; beyond it the oldest give way. */
const MAX_ENTRIES = 100;

/** Of commands that were read before: who is at it now reads his own again and again. */
const KNOWN_BYTES = 8 * 1024 * 1024;

/** What a viewer sees over the rest, or why it is not known. */
export interface LoadedOverlay {
  readonly overlay: Overlay;
  /** True when the store did not answer: the page is shown without the viewer's own latest. */
  readonly lost: boolean;
}

/** The overlays of all viewers: one hash a user in kv state, a field per command. */
export class Overlays {
  readonly #kv: Kv;
  readonly #logger: Logger;
  readonly #settling: Settling;
  /** By their ids: a command is never another. */
  readonly #known: LocalCopies<string, commentEvents.CommentCommand>;

  constructor(kv: Kv, logger: Logger, clock: Clock) {
    this.#kv = kv;
    this.#logger = logger;
    this.#settling = new Settling(clock);
    const lives = { freshMs: Infinity, staleMs: 0, promote: 'all' } as const;
    this.#known = new LocalCopies({ maxBytes: KNOWN_BYTES, ...lives }, { clock });
  }

  /** @param commands of one actor. */
  async add(commands: readonly commentEvents.CommentCommand[]): Promise<void> {
    const [first] = commands;
    if (!first) return;
    const schema = commentEvents.CommentCommandSchema;
    const fields = new Map(commands.map((each) => [String(each.id), toBinary(schema, each)]));
    await this.#kv.setFields(overlayKey(first.actorId), fields, { ttlMs: DAY_MS, maxFields: MAX_ENTRIES });
  }

  /** @param userId absent for an anonymous viewer, who has none. */
  async load(userId: bigint | undefined): Promise<LoadedOverlay> {
    if (userId === undefined) return { overlay: new Overlay(), lost: false };
    try {
      const fields = await this.#kv.getAllFields(overlayKey(userId));
      const commands = [...fields].map(([id, bytes]) => this.#command(id, bytes));
      return { overlay: new Overlay(commands), lost: false };
    } catch (error) {
      if (!isAppError(error) || error.kind !== 'unavailable') throw error;
      this.#logger.warn('reading without the overlay', { cause: String(error) });
      return { overlay: new Overlay(), lost: true };
    }
  }

  #command(id: string, bytes: Uint8Array): commentEvents.CommentCommand {
    const known = this.#known.readFresh(id);
    if (known) return known;
    const command = fromBinary(commentEvents.CommentCommandSchema, bytes);
    this.#known.keep(id, command, this.#known.ticket());
    return command;
  }

  /**
   * Removes what was seen applied for so long that whoever keeps a copy of a page has heard of it. A reader's answer
   * does not wait for it, nor fail with it.
   */
  forget(userId: bigint, { applied }: Overlay): void {
    const settled = this.#settling.settled(applied);
    if (settled.length === 0) return;
    this.#kv.deleteFields(overlayKey(userId), settled.map(String)).catch((error: unknown) => {
      this.#logger.warn('an overlay keeps what was applied', { cause: String(error) });
    });
  }
}
