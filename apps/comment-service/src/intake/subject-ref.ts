import { type SubjectKey } from '@storey/comment';
import { type comment } from '@storey/contracts';
import { invalidRequest } from '@storey/errors';

const TYPE = /^[a-z][a-z0-9-]{0,31}$/;
const OID = /^[A-Za-z0-9._~-]{1,64}$/;

/** @throws AppError invalid for what names no subject. */
export function subjectOf(ref: comment.SubjectRef | undefined): SubjectKey {
  if (ref && isSubject(ref)) return { type: ref.type, oid: ref.oid };
  throw invalidRequest([{ path: '/subject', message: 'names no subject' }]);
}

export const isSubject = ({ type, oid }: SubjectKey): boolean => TYPE.test(type) && OID.test(oid);
