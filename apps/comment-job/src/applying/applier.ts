import {
  WRITER_GROUP,
  shardOfSubject,
  type CommentDb,
  type SubjectKey,
  type SubjectTable,
} from '@storey/comment';
import { type Clock, type FaultPoint } from '@storey/context';
import { comment } from '@storey/contracts';
import { type Ids } from '@storey/ids';
import { OUTBOX_TAG, applyOnce } from '@storey/outbox';
import { type Sql } from '@storey/sql';
import { type Parking } from '../parking/parking.js';
import { type Command } from './command.js';
import { noContent, prepareContents, storeContents, type Contents } from './contents.js';
import { Effects, type Place } from './effects.js';
import { loadThread } from './load-thread.js';
import { reject } from './publish.js';
import { saveThread } from './save-thread.js';

/** The inbox that remembers which commands were applied. */
export const CONSUMER = WRITER_GROUP;
const TIMEOUT_MS = 8_000;

export interface ApplierOptions {
  readonly sql: Sql<CommentDb>;
  readonly ids: Ids;
  readonly parking: Parking;
  readonly clock: Clock;
  readonly faultPoint: FaultPoint;
}

/** Applies commands of one subject, each once however often it comes: all of them or none. */
export class Applier {
  readonly #options: ApplierOptions;
  readonly #effects: Effects;

  constructor(options: ApplierOptions) {
    this.#options = options;
    const { parking, sql, clock } = options;
    this.#effects = new Effects({ parking, tables: sql.tables, clock });
  }

  /**
   * @param commands of one subject, in their order in the log.
   * @param options `alone`: without those that wait for their comments.
   * @throws AppError of an outage, or whatever defect one of them meets; nothing was applied then.
   */
  async apply(commands: readonly [Command, ...Command[]], { alone = false } = {}): Promise<void> {
    const { sql, faultPoint } = this.#options;
    const fresh = await this.#withoutKnown(commands);
    faultPoint('job.begun');
    const contents = prepareContents(fresh);
    await storeContents(sql, fresh, contents, TIMEOUT_MS);
    faultPoint('job.content');
    await this.#transaction(commands, async (place) => {
      for (const command of commands) await this.#once({ ...place, alone }, command, contents);
    });
  }

  /** Ends the wait of a parked command: it has the effect that it has now. Does nothing when it waits no more. */
  async unpark(command: Command): Promise<void> {
    await this.#transaction([command], async (place) => {
      if (await this.#options.parking.leave(place.tx, command.id)) {
        await this.#effects.takeParked(place, command);
      }
    });
  }

  /** Ends a publish that can't be applied. Does nothing when there is such a comment. */
  async reject(command: Command, reasonCode: string): Promise<void> {
    const { sql } = this.#options;
    const content = noContent(command.id);
    const contents = new Map([[command.id, content]]);
    await storeContents(sql, [command], contents, TIMEOUT_MS);
    await this.#transaction([command], async ({ thread }) => {
      if (!thread.find(command.id)) reject(thread, content, command, reasonCode);
      return Promise.resolve();
    });
  }

  /** Words of commands that were applied are not stored again: those of a dropped twin would stay for ever. */
  async #withoutKnown(commands: readonly Command[]): Promise<readonly Command[]> {
    const rows = await this.#options.sql.read
      .selectFrom('message_apply')
      .select('message_id')
      .where('consumer', '=', CONSUMER)
      .where(
        'message_id',
        'in',
        commands.map(({ id }) => String(id)),
      )
      .execute();
    const known = new Set(rows.map((row) => row.message_id));
    return commands.filter(({ id }) => !known.has(String(id)));
  }

  async #transaction(
    commands: readonly [Command, ...Command[]],
    work: (place: Place) => Promise<void>,
  ): Promise<void> {
    const { sql, clock, faultPoint } = this.#options;
    const [{ subject }] = commands;
    const newSubject = (): SubjectTable => this.#newSubject(subject);
    await sql.transaction(
      async (tx) => {
        const thread = await loadThread({ tx, tables: sql.tables, subject, commands, newSubject });
        await work({ tx, thread });
        await saveThread(tx, sql.tables, thread, clock);
        faultPoint('job.tx');
      },
      { notify: OUTBOX_TAG, timeoutMs: TIMEOUT_MS },
    );
  }

  async #once(place: Place, command: Command, contents: Contents): Promise<void> {
    const { clock } = this.#options;
    const { id, digest } = command;
    const effect = (): Promise<void> => this.#effects.take(place, command, contents.get(id));
    await applyOnce(place.tx, { consumer: CONSUMER, messageId: String(id), digest }, effect, clock);
  }

  #newSubject({ type, oid }: SubjectKey): SubjectTable {
    const { ids, clock } = this.#options;
    return {
      id: ids.next(shardOfSubject({ type, oid })),
      type,
      oid,
      state: comment.SubjectState.OPEN,
      policy_mode: 'post_then_review',
      min_level: 0,
      owner_id: 0n,
      title: '',
      url: '',
      roots: 0n,
      all_: 0n,
      root_floor: 0n,
      version: 0n,
      pinned_ids: '',
      changed_by: 0n,
      created_at: BigInt(clock.now()),
    };
  }
}
