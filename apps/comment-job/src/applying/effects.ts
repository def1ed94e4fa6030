import { type Transaction } from 'kysely';
import { type CommentDb, type ContentTable } from '@storey/comment';
import { type Clock } from '@storey/context';
import { timeOf } from '@storey/ids';
import { type Tables } from '@storey/sql';
import { type Parking } from '../parking/parking.js';
import { changeSubject } from './change-subject.js';
import { type Command } from './command.js';
import { noContent, prepareContents } from './contents.js';
import { decide } from './decide.js';
import { remove } from './delete.js';
import { edit } from './edit.js';
import { pin } from './pin.js';
import { publish } from './publish.js';
import { react } from './react.js';
import { report } from './report.js';
import { type Thread } from './thread.js';

/** Words without a comment are left alone for longer than this: see `OrphanSweep`. */
const WORDS_ARE_SAFE_MS = 30 * 60 * 1000;

/** Where effects take place: rows in memory, of one transaction. */
export interface Place {
  readonly tx: Transaction<CommentDb>;
  readonly thread: Thread;
  /** What waits for a new comment waits on, for the sweep: it may be what can't be applied. */
  readonly alone?: boolean;
}

export interface EffectsOptions {
  readonly parking: Parking;
  /** Physical tables of a sharded one. */
  readonly tables: Tables;
  readonly clock: Clock;
}

/** What each command does to the thread of its subject. */
export class Effects {
  readonly #options: EffectsOptions;

  constructor(options: EffectsOptions) {
    this.#options = options;
  }

  /** Of a command that came: at once, or when its comment has come. */
  async take(place: Place, command: Command, content = noContent(command.id)): Promise<void> {
    if (await this.#options.parking.park(place.tx, place.thread, command)) return;
    const isLate = this.#options.clock.now() - timeOf(command.id) > WORDS_ARE_SAFE_MS;
    await this.#apply(place, command, { content, wordsAnew: isLate });
  }

  /** Of a command that waited. */
  async takeParked(place: Place, command: Command): Promise<void> {
    const content = prepareContents([command]).get(command.id) ?? noContent(command.id);
    await this.#apply(place, command, { content, wordsAnew: true });
  }

  /** @param wordsAnew its words may not lie in the database. */
  async #apply(
    place: Place,
    command: Command,
    { content, wordsAnew }: { readonly content: ContentTable; readonly wordsAnew: boolean },
  ): Promise<void> {
    await this.#change(place, command, content);
    if (command.change.case !== 'publish') return;
    if (wordsAnew) place.thread.changed.contents.add(command.id);
    if (place.alone) return;
    for (const parked of await this.#options.parking.release(place.tx, command.id)) {
      await this.takeParked(place, parked);
    }
  }

  async #change({ tx, thread }: Place, command: Command, content: ContentTable): Promise<void> {
    const { tables, clock } = this.#options;
    const { change } = command;
    switch (change.case) {
      case 'publish':
        return publish({ tx, tables, thread, content, clock }, command, change.value);
      case 'edit':
        return edit(thread, content, command, change.value);
      case 'delete':
        return remove(thread, command, change.value);
      case 'react':
        return react(thread, command, change.value);
      case 'changeSubject':
        return changeSubject(thread, command, change.value);
      case 'pin':
        return pin(thread, command, change.value);
      case 'report':
        return report({ tx, tables, thread }, command, change.value);
      case 'decide':
        return decide(thread, command, change.value);
    }
  }
}
