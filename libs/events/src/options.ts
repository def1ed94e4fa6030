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
  /** Embedded only. Called after each SQL statement with its text and how long it held the event loop, ms. */
  readonly onStatement?: (sql: string, ms: number) => void;
  /** Called at each fault point; what it throws is a failure at that point. */
  readonly faultPoint?: (name: FaultPoint) => void;
  /**
   * What `createTopics` does with a topic that is missing: creates it (default), or refuses and names `npm run topics`,
   * where the processes may not create any. The embedded log always creates.
   */
  readonly topics?: 'create' | 'require';
  /** Told when a consumer has given up for good and only a new process can help. Default: as `onError`. */
  readonly onDead?: (error: unknown) => void;
  /** Told of each failed try, each dead letter and each listener's error. Must not throw. Default: a process warning. */
  readonly onError?: (error: unknown, where: string) => void;
}

export type ResolvedOptions = Required<EventLogOptions>;

export function resolveOptions(options: EventLogOptions): ResolvedOptions {
  const onError = options.onError ?? warn;
  return {
    clock: options.clock ?? systemClock,
    onStatement: options.onStatement ?? (() => undefined),
    faultPoint: options.faultPoint ?? (() => undefined),
    topics: options.topics ?? 'create',
    onDead: options.onDead ?? ((error) => onError(error, 'events: a consumer is dead')),
    onError,
  };
}

function warn(error: unknown, where: string): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(`${where}: ${text}`, 'EventLogWarning');
}
