import { currentContext } from '@storey/context';
import { pino, type DestinationStream, type Logger as Pino } from 'pino';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Fields = Readonly<Record<string, unknown>>;

/**
 * One JSON line per entry, escaped, with the trace id of the request that is running.
 * An error is logged once, by whoever turns it into an answer.
 */
export abstract class Logger {
  abstract debug(message: string, fields?: Fields): void;
  abstract info(message: string, fields?: Fields): void;
  abstract warn(message: string, fields?: Fields): void;
  /** With the error's stack and the chain of its causes. */
  abstract error(message: string, error: unknown, fields?: Fields): void;
  /** The same log with more fields on each line, e.g. `{ app }`. */
  abstract child(fields: Fields): Logger;
}

class PinoLogger extends Logger {
  readonly #pino: Pino;

  constructor(pino: Pino) {
    super();
    this.#pino = pino;
  }

  debug(message: string, fields: Fields = {}): void {
    this.#pino.debug(fields, message);
  }

  info(message: string, fields: Fields = {}): void {
    this.#pino.info(fields, message);
  }

  warn(message: string, fields: Fields = {}): void {
    this.#pino.warn(fields, message);
  }

  error(message: string, error: unknown, fields: Fields = {}): void {
    this.#pino.error({ ...fields, err: error }, message);
  }

  child(fields: Fields): Logger {
    return new PinoLogger(this.#pino.child(fields));
  }
}

/** @param destination where lines go; default standard output, written synchronously so that none is lost. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: traceOfRequest,
    redact: ['authorization', 'password', 'refreshToken', 'accessToken', '*.authorization', '*.password'],
  };
  return new PinoLogger(
    destination ? pino(options, destination) : pino(options, pino.destination({ sync: true })),
  );
}

const NO_TRACE = '0'.repeat(32);

function traceOfRequest(): object {
  const { traceId } = currentContext();
  return traceId === NO_TRACE ? {} : { traceId };
}
