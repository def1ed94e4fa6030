import { type LoggerService } from '@nestjs/common';
import { type Logger } from '@storey/observability';

/** Nest's own words: what it reports of starting is for debugging, the rest keeps its weight. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown): void {
    this.logger.debug(String(message));
  }

  debug(message: unknown): void {
    this.logger.debug(String(message));
  }

  verbose(message: unknown): void {
    this.logger.debug(String(message));
  }

  warn(message: unknown): void {
    this.logger.warn(String(message));
  }

  error(message: unknown, stack?: unknown): void {
    this.logger.error(
      'Nest reported an error',
      message instanceof Error ? message : new Error(String(message)),
      { stack },
    );
  }

  fatal(message: unknown): void {
    this.error(message);
  }
}
