import {
  NO_REACTIONS,
  canRead,
  isAuthor,
  moderates,
  render,
  showsReplies,
  subjectKey,
  toComment,
  type CommentRecord,
  type OwnReaction,
  type OwnReactions,
  type Person,
  type SubjectKey,
  type SubjectRecord,
} from '@storey/comment';
import { comment as contract } from '@storey/contracts';
import { isOutage } from '@storey/events';
import { ownUnder, type Overlay } from '../intake/overlay.js';
import { changedSubject } from './changed-subject.js';
import { type Lacking } from './lacking.js';
import { pendingRecord } from './pending-record.js';
import { type Records } from './records.js';

const { CommentState } = contract;

export interface Eyes {
  /** Absent for an anonymous viewer. */
  readonly person: Person | undefined;
  readonly overlay: Overlay;
  /** What is noted of the answer that is being made. */
  readonly lacking: Lacking;
  readonly records: Records;
  /** What is kept of the viewer's reactions under a subject. */
  readonly reactionsUnder: (subjectId: bigint) => Promise<OwnReactions>;
  /** Of what is not kept, those to these comments. */
  readonly olderReactions: (ids: readonly bigint[]) => Promise<OwnReactions['byComment']>;
  /** Epoch ms. */
  readonly now: number;
}

/**
 * Comments through the eyes of one viewer: what is stored, with his own latest changes over it. Its `applied` of the
 * overlay fills as changes are found in what is served.
 */
export class View {
  readonly #eyes: Eyes;
  /** By subject. */
  readonly #keptReactions = new Map<bigint, OwnReactions>();
  /** As far as they were asked for. */
  readonly #olderReactions = new Map<bigint, OwnReaction | undefined>();

  constructor(eyes: Eyes) {
    this.#eyes = eyes;
  }

  get person(): Person | undefined {
    return this.#eyes.person;
  }

  /** What was read up to now lacks this. */
  get degraded(): string[] {
    return [...this.#eyes.lacking];
  }

  /** The viewer's own comments under a subject that may not be stored yet, and those that he just made visible. */
  ownUnder(subject: SubjectKey): bigint[] {
    return ownUnder(subject, this.#eyes.overlay);
  }

  /** As the viewer sees it, be it stored or only accepted; of any state. */
  async find(id: bigint): Promise<CommentRecord | undefined> {
    if (id === 0n) return undefined;
    const record = await this.#stored(id);
    if (record) return this.latest(record);
    return this.pending(id);
  }

  /**
   * The same of what the viewer may read. What stands under a root that he may not read is not for him either, unless
   * it is his own.
   */
  async readable(id: bigint): Promise<CommentRecord | undefined> {
    const record = await this.find(id);
    if (!record || !this.canRead(record)) return undefined;
    if (record.rootId === 0n || this.#mayPass(record)) return record;
    return this.canReadUnder(await this.find(record.rootId), record) ? record : undefined;
  }

  /** Whether the viewer may read what stands there. @param root that it stands under; absent for a root. */
  canReadUnder(root: CommentRecord | undefined, record: CommentRecord): boolean {
    return this.canRead(record) && (!root || showsReplies(root.state) || this.#mayPass(record));
  }

  /** The viewer judged it, and that is not served yet. */
  isJudged({ id, version }: CommentRecord): boolean {
    const change = this.#eyes.overlay.states.get(id);
    return change !== undefined && version < change.id;
  }

  /** Hidden roots do not keep him from it. */
  #mayPass(record: CommentRecord): boolean {
    const { person } = this;
    return person !== undefined && (isAuthor(person, record) || moderates(person));
  }

  /** What the viewer published lately is known without the database. */
  async #stored(id: bigint): Promise<CommentRecord | undefined> {
    try {
      return await this.#eyes.records.comment(id);
    } catch (error) {
      if (!isOutage(error) || !this.#eyes.overlay.published.has(id)) throw error;
      return undefined;
    }
  }

  pending(id: bigint): CommentRecord | undefined {
    const command = this.#eyes.overlay.published.get(id);
    const record = command && pendingRecord(command);
    return record && this.latest(record);
  }

  /** Comments that are known to be stored. */
  async stored(ids: readonly bigint[]): Promise<ReadonlyMap<bigint, CommentRecord>> {
    const records = await this.#eyes.records.existingComments(ids);
    return new Map([...records].map(([id, record]) => [id, this.latest(record)]));
  }

  canRead(record: CommentRecord): boolean {
    return canRead(this.person, record, record.shown);
  }

  /** With the viewer's own reactions, in the order given. */
  async show(records: readonly CommentRecord[], subject: SubjectRecord): Promise<contract.Comment[]> {
    const { person, now } = this.#eyes;
    const reactions = await this.reactions(
      subject.id,
      records.map(({ id }) => id),
    );
    return records.map((record) => {
      const reaction = reactions.get(record.id) ?? contract.Reaction.NONE;
      return toComment(record, {
        ...(person && { viewer: person }),
        ownerId: subject.ownerId,
        reaction,
        now,
      });
    });
  }

  /** Those of them that the viewer edited, deleted, pinned or judged lately. */
  changed(ids: readonly bigint[]): readonly bigint[] {
    const { edits, states, pins } = this.#eyes.overlay;
    if (edits.size + states.size + pins.size === 0) return [];
    return ids.filter((id) => edits.has(id) || states.has(id) || pins.has(id));
  }

  /** Whether the viewer changed the subject itself lately, or its pins. */
  changedSubject(subject: SubjectKey): boolean {
    return this.#eyes.overlay.subjects.has(subjectKey(subject));
  }

  /** The subject with the viewer's own changes over it. */
  subject(record: SubjectRecord): SubjectRecord {
    const { subjects, applied } = this.#eyes.overlay;
    const commands = subjects.get(subjectKey(record));
    return commands ? changedSubject(record, commands, applied) : record;
  }

  /**
   * The viewer's own reactions by comment, `NONE` among them where one was taken back; each is asked for once. What is
   * served may be older than what the viewer did: of the two the newer one counts.
   */
  async reactions(subjectId: bigint, ids: readonly bigint[]): Promise<ReadonlyMap<bigint, number>> {
    const reactions = new Map<bigint, number>();
    if (!this.person || ids.length === 0) return reactions;
    const kept = await this.#kept(subjectId);
    if (kept.from > 0n) await this.#askOlder(ids.filter((id) => id < kept.from));
    const { reactions: own } = this.#eyes.overlay;
    if (own.size + kept.byComment.size + this.#olderReactions.size === 0) return reactions;
    for (const id of ids) {
      const latest = this.#latestReaction(id, kept.byComment.get(id) ?? this.#olderReactions.get(id));
      if (latest) reactions.set(id, latest.value);
    }
    return reactions;
  }

  #latestReaction(id: bigint, known: OwnReaction | undefined): { readonly value: number } | undefined {
    const { reactions: own, applied } = this.#eyes.overlay;
    const change = own.get(id);
    if (!change) return known;
    if (!known || known.version < change.id) return change;
    applied.add(change.id);
    return known;
  }

  /** Under a subject that nobody wrote to (id 0) there are none. */
  async #kept(subjectId: bigint): Promise<OwnReactions> {
    if (subjectId === 0n) return NO_REACTIONS;
    const kept = this.#keptReactions.get(subjectId) ?? (await this.#eyes.reactionsUnder(subjectId));
    this.#keptReactions.set(subjectId, kept);
    return kept;
  }

  async #askOlder(ids: readonly bigint[]): Promise<void> {
    const unknown = ids.filter((id) => !this.#olderReactions.has(id));
    if (unknown.length === 0) return;
    const stored = await this.#eyes.olderReactions(unknown);
    for (const id of unknown) this.#olderReactions.set(id, stored.get(id));
  }

  /** The record with the viewer's own edit, deletion, decision and pin over it. */
  latest(record: CommentRecord): CommentRecord {
    return this.#pinned(this.#moved(this.#edited(record)));
  }

  /** The comment was found where everybody finds it: the overlay need not keep it. */
  seen(id: bigint): void {
    if (this.#eyes.overlay.published.has(id)) this.#eyes.overlay.applied.add(id);
  }

  #edited(record: CommentRecord): CommentRecord {
    const { edits, applied } = this.#eyes.overlay;
    const edit = edits.get(record.id);
    if (!edit) return record;
    if (record.version >= edit.id || record.state === CommentState.DELETED) {
      applied.add(edit.id);
      return record;
    }
    const { text, mentions } = edit.value;
    return { ...record, text, mentions, html: render(text, mentions), editedAt: edit.at };
  }

  #moved(record: CommentRecord): CommentRecord {
    const { states, applied } = this.#eyes.overlay;
    const change = states.get(record.id);
    if (!change) return record;
    const { id, value: state } = change;
    if (record.version >= id || record.state === state) {
      applied.add(id);
      return record;
    }
    const isTombstone = state === CommentState.DELETED && record.replies > 0n;
    return { ...record, state, shown: state === CommentState.VISIBLE || isTombstone };
  }

  #pinned(record: CommentRecord): CommentRecord {
    const pin = this.#eyes.overlay.pins.get(record.id);
    if (!pin || record.version >= pin.id || record.state !== CommentState.VISIBLE) return record;
    return { ...record, pinned: pin.value };
  }
}
