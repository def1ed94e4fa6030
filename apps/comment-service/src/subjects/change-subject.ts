import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { toSubject, type SubjectKey, type SubjectRecord } from '@storey/comment';
import { comment, commentEvents } from '@storey/contracts';
import { invalidRequest, type FieldError } from '@storey/errors';
import { requireCaller, type Caller } from '../caller.js';
import { commentForbidden, roleMissing } from '../errors.js';
import { type CommandLog } from '../intake/command-log.js';
import { changedSubject } from '../viewing/changed-subject.js';
import { type Records } from '../viewing/records.js';
import { type Views } from '../viewing/views.js';

const { CommentCommand_ChangeSubjectSchema, CommentCommandSchema } = commentEvents;

/** What is absent stays as it is. */
export type SubjectChanges = Omit<
  MessageInitShape<typeof comment.ChangeSubjectRequestSchema>,
  'subject' | '$typeName' | '$unknown'
>;

const MAX_TITLE = 300;
const MAX_URL = 2048;
const MAX_LEVEL = 6;
const MODES: readonly string[] = ['post_then_review', 'review_then_post'];

/** Accepts changes of a subject from its owner, or an administrator, who alone says whose it is. */
export class ChangeSubject {
  readonly #views: Views;
  readonly #records: Records;
  readonly #log: CommandLog;

  constructor(views: Views, records: Records, log: CommandLog) {
    this.#views = views;
    this.#records = records;
    this.#log = log;
  }

  /** @returns it as it will be. @throws AppError 400; 403 COMMENT_FORBIDDEN, GATEWAY_FORBIDDEN for an owner who names another. */
  execute(key: SubjectKey, changes: SubjectChanges): Promise<comment.Subject> {
    const actor = requireCaller();
    return this.#views.as(async (view) => {
      const subject = view.subject(await this.#records.subject(key));
      checkMayChange(actor, subject, changes);
      check(changes);
      const { $typeName: _, ...value } = create(CommentCommand_ChangeSubjectSchema, picked(changes));
      const change = { case: 'changeSubject', value } as const;
      const id = this.#log.nextId(key);
      await this.#log.accept({ id, subject: key, actor, change });
      const command = create(CommentCommandSchema, { id, command: change });
      return toSubject(changedSubject(subject, [command], new Set()));
    });
  }
}

function checkMayChange(actor: Caller, { ownerId }: SubjectRecord, changes: SubjectChanges): void {
  if (actor.roles.includes('admin')) return;
  if (ownerId === 0n || ownerId !== actor.userId) throw commentForbidden('This is not yours.');
  if (changes.ownerId !== undefined) throw roleMissing();
}

/** Without what does not belong into a command. */
function picked({ title, url, policyMode, policyMinLevel, state, ownerId }: SubjectChanges) {
  return {
    ...(title !== undefined && { title }),
    ...(url !== undefined && { url }),
    ...(policyMode !== undefined && { policyMode }),
    ...(policyMinLevel !== undefined && { policyMinLevel }),
    ...(state !== undefined && { state }),
    ...(ownerId !== undefined && { ownerId }),
  };
}

/** What a client may send, its BFF knows; here it is what the tables and the rules can bear. */
function check(changes: SubjectChanges): void {
  const errors: FieldError[] = [];
  for (const [path, isRight, message] of CHECKS) if (!isRight(changes)) errors.push({ path, message });
  if (errors.length > 0) throw invalidRequest(errors);
}

const CHECKS: readonly (readonly [string, (changes: SubjectChanges) => boolean, string])[] = [
  ['/title', ({ title = '' }) => [...title].length <= MAX_TITLE, `may have ${MAX_TITLE} characters`],
  ['/url', ({ url = '' }) => [...url].length <= MAX_URL, `may have ${MAX_URL} characters`],
  [
    '/policy/mode',
    ({ policyMode: mode }) => mode === undefined || MODES.includes(mode),
    `must be ${MODES.join(' or ')}`,
  ],
  ['/policy/minLevel', ({ policyMinLevel = 0 }) => isLevel(policyMinLevel), `must be from 0 to ${MAX_LEVEL}`],
  [
    '/state',
    ({ state = comment.SubjectState.OPEN }) => state in comment.SubjectState && state > 0,
    'is no state',
  ],
  ['/ownerId', ({ ownerId = 0n }) => ownerId >= 0n, 'must be an id'],
];

const isLevel = (level: number): boolean => Number.isInteger(level) && level >= 0 && level <= MAX_LEVEL;
