import { AppError, isAppError, unavailable } from '@storey/errors';
import { topicUnknown } from '../failures.js';

/** An answer of the broker that says no. By shape, not by class: it comes from the package's own realm. */
export interface Refusal extends Error {
  /** The broker's name for it, e.g. `NOT_LEADER_FOR_PARTITION`. */
  readonly type: string;
  readonly retriable: boolean;
  readonly partition?: number;
}

/** The broker's refusal inside the package's wrappers, or `undefined` when the broker did not answer. */
export function refusalOf(error: unknown): Refusal | undefined {
  let cause = error;
  for (let depth = 0; depth < 5 && typeof cause === 'object' && cause !== null; depth += 1) {
    if ('type' in cause && 'retriable' in cause && typeof cause.type === 'string') return cause as Refusal;
    // Refusals of a creation come gathered, one for each topic.
    if ('errors' in cause && Array.isArray(cause.errors)) cause = cause.errors[0] as unknown;
    else cause = 'cause' in cause ? cause.cause : undefined;
  }
  return undefined;
}

export const isRefusal = (error: unknown, types: ReadonlySet<string>): boolean =>
  types.has(refusalOf(error)?.type ?? '');

/** The group goes on without this member, or has done so: nothing of this generation counts any more. */
export const LOST_MEMBERSHIP: ReadonlySet<string> = new Set([
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'FENCED_INSTANCE_ID',
]);

/** Nothing wrong: others came or went. */
export const GENERATION_OVER: ReadonlySet<string> = new Set([...LOST_MEMBERSHIP, 'REBALANCE_IN_PROGRESS']);

export const STALE_LEADER: ReadonlySet<string> = new Set([
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'REPLICA_NOT_AVAILABLE',
  'UNKNOWN_TOPIC_OR_PARTITION',
]);

export const STALE_COORDINATOR: ReadonlySet<string> = new Set([
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
]);

/** Whether it heals without a change of ours: no answer, or an answer that asks for patience. */
export function isPassing(error: unknown): boolean {
  const refusal = refusalOf(error);
  if (refusal) return refusal.retriable;
  return isAppError(error) && error.kind === 'unavailable';
}

/** For those who asked: `unavailable`, or what is wrong with the request. */
export function toFailure(error: unknown, topic: string): AppError {
  if (isAppError(error)) return error;
  const type = refusalOf(error)?.type;
  if (type === 'UNKNOWN_TOPIC_OR_PARTITION') return topicUnknown(topic);
  return unavailable(`Kafka refused${type ? ` with ${type}` : ''}.`, error);
}
