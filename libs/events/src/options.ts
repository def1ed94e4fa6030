import { systemClock, type Clock } from '@storey/context';

/** Places where a test or a drill may stop, delay or fail the process. */
export type FaultPoint =
  | 'events.append.before-commit'
  | 'events.append.after-commit'
  | 'events.deliver.before-handle'
  | 'events.deliver.before-commit'
  | 'events.dead.after-append';

export interface EventLogOptions {
  readonly clock?: Clock;
  /** Called after each SQL statement with its text and how long it held the event loop, ms. */
  readonly onStatement?: (sql: string, ms: number) => void;
  /** Called at each fault point; what it throws is a failure at that point. */
  readonly faultPoint?: (name: FaultPoint) => void;
  /** Told of each failed try, each dead letter and each listener's error. Must not throw. Default: a process warning. */
  readonly onError?: (error: unknown, where: string) => void;
}

export type ResolvedOptions = Required<EventLogOptions>;

export function resolveOptions(options: EventLogOptions): ResolvedOptions {
  return {
    clock: options.clock ?? systemClock,
    onStatement: options.onStatement ?? (() => undefined),
    faultPoint: options.faultPoint ?? (() => undefined),
    onError: options.onError ?? warn,
  };
}

function warn(error: unknown, where: string): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(`${where}: ${text}`, 'EventLogWarning');
}
