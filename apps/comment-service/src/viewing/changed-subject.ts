import { MAX_PINS, type SubjectRecord } from '@storey/comment';
import { type commentEvents } from '@storey/contracts';

/**
 * A subject as it will be when these commands are applied, which one viewer sent.
 * @param commands in their order. @param applied takes the ids of those that the subject shows already.
 */
export function changedSubject(
  served: SubjectRecord,
  commands: readonly commentEvents.CommentCommand[],
  applied: Set<bigint>,
): SubjectRecord {
  let subject = served;
  for (const { id, command } of commands) {
    if (served.changedBy >= id) applied.add(id);
    else if (command.case === 'changeSubject') subject = { ...subject, ...changesOf(command.value) };
    else if (command.case === 'pin') subject = { ...subject, pinnedIds: pinsWith(subject, command.value) };
  }
  return subject;
}

function changesOf(change: commentEvents.CommentCommand_ChangeSubject): Partial<SubjectRecord> {
  const { title, url, state, ownerId, policyMode, policyMinLevel: minLevel } = change;
  return {
    ...(title !== undefined && { title }),
    ...(url !== undefined && { url }),
    ...(state !== undefined && { state }),
    ...(ownerId !== undefined && { ownerId }),
    ...(policyMode !== undefined && { policyMode }),
    ...(minLevel !== undefined && { minLevel }),
  };
}

function pinsWith(
  { pinnedIds }: SubjectRecord,
  { commentId, pinned }: commentEvents.CommentCommand_Pin,
): readonly bigint[] {
  const others = pinnedIds.filter((id) => id !== commentId);
  return pinned && others.length < MAX_PINS ? [commentId, ...others] : others;
}
