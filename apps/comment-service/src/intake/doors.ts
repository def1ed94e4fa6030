import { COMMANDS_TOPIC } from '@storey/comment';
import { Deadline, currentContext, runDetached, type Clock } from '@storey/context';
import { isAppError, outcomeUnknown, unavailable } from '@storey/errors';
import { isOutage, type EventLog, type NewMessage } from '@storey/events';
import { FoundAway } from './found-away.js';
import { type SecondDoor } from './second-door.js';

/** So much of what is left of a request's time the first door has, so that as much is left for the second. */
const PART = 1 / 2;
const PART_MS = 500;
/** Where nobody set a time: longer than the log takes to say that it is away. */
const UNHURRIED_MS = 4000;

export type Door = 'log' | 'database';

export interface DoorsOptions {
  readonly events: Pick<EventLog, 'append'>;
  readonly second: Pick<SecondDoor, 'store'>;
  readonly clock: Clock;
}

/**
 * Two ways by which commands become durable, either of which is enough: the log, and the outbox of the database. When the
 * log does not answer in its part of the time the same bytes go to the outbox as well; should it have taken them after
 * all, the writer drops the twin by the command's id.
 */
export class Doors {
  /** Commands accepted since the start, by the door that answered first. */
  readonly accepted: Record<Door, number> = { log: 0, database: 0 };
  readonly #stores: Readonly<Record<Door, (messages: readonly NewMessage[]) => Promise<void>>>;
  readonly #clock: Clock;
  readonly #log: FoundAway;

  constructor({ events, second, clock }: DoorsOptions) {
    this.#stores = {
      log: (messages) => events.append(COMMANDS_TOPIC, messages),
      database: (messages) => second.store(messages),
    };
    this.#clock = clock;
    this.#log = new FoundAway(clock);
  }

  /**
   * Resolves when the commands are durable. What was begun is never cancelled; who waits may go.
   * @throws AppError `unavailable` or `deadline_exceeded` (nothing was stored), `outcome_unknown`, and whatever the log
   *   has against the commands themselves.
   */
  async store(messages: readonly NewMessage[]): Promise<void> {
    const { deadline, signal } = currentContext();
    deadline?.check();
    const partMs = deadline ? Math.min(PART_MS, deadline.remainingMs * PART) : UNHURRIED_MS;
    const door = await untilGone(this.#throughEither(messages, partMs), signal);
    this.accepted[door] += messages.length;
  }

  /** Both are tried: a door that was found away a moment ago last. */
  async #throughEither(messages: readonly NewMessage[], partMs: number): Promise<Door> {
    const [first, second]: readonly [Door, Door] = this.#log.asks()
      ? ['log', 'database']
      : ['database', 'log'];
    const entering = this.#enter(first, messages);
    try {
      const door = await Deadline.in(partMs, this.#clock).run(() => entering);
      if (door === 'log') this.#log.found('there');
      return door;
    } catch (error) {
      if (!isOutage(error)) throw error;
      if (first === 'log') this.#log.found('away');
    }
    try {
      return await Promise.any([entering, this.#enter(second, messages)]);
    } catch (error) {
      throw verdictOn(error as AggregateError);
    }
  }

  #enter(door: Door, messages: readonly NewMessage[]): Promise<Door> {
    return runDetached(async () => {
      await this.#stores[door](messages);
      return door;
    });
  }
}

/** Who waits may go; whether it was stored is then not known to him. */
function untilGone<T>(storing: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return storing;
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(outcomeUnknown(signal.reason));
    signal.addEventListener('abort', gone, { once: true });
    storing.then(resolve, reject).finally(() => signal.removeEventListener('abort', gone));
  });
}

/** Both doors were shut. Refused is only what neither can have taken. */
function verdictOn({ errors }: AggregateError): unknown {
  const defect: unknown = errors.find((error) => !isOutage(error));
  if (defect) return defect;
  const isSure = errors.every((error) => isAppError(error) && error.kind !== 'outcome_unknown');
  return isSure
    ? unavailable('Neither log nor database takes anything now.', errors[0])
    : outcomeUnknown(errors[0]);
}
