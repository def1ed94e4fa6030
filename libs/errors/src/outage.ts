import { isAppError, type Kind } from './app-error.js';

const OUTAGES: ReadonlySet<Kind> = new Set<Kind>(['unavailable', 'deadline_exceeded', 'outcome_unknown']);

/** Whether the fault lies with something else that will heal, and not with what was asked of it. */
export function isOutage(error: unknown): boolean {
  return isAppError(error) && OUTAGES.has(error.kind);
}
