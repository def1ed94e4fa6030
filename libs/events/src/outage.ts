import { isAppError, type Kind } from '@storey/errors';

const OUTAGES: ReadonlySet<Kind> = new Set<Kind>(['unavailable', 'deadline_exceeded', 'outcome_unknown']);

/** Whether the fault lies with something else that will heal, so that the message itself must not be parked. */
export function isOutage(error: unknown): boolean {
  return isAppError(error) && OUTAGES.has(error.kind);
}
