import { HISTORY_LETTERS, HISTORY_UPDATES, type HistoryDb } from '@storey/history';
import { type Logger } from '@storey/observability';
import { DeadLetters, keepDeadLetters, startRelay } from '@storey/outbox';
import { observeLetters, observeOutbox, type Platform } from '@storey/service';
import { type Sql } from '@storey/sql';

/**
 * Keeps what consumers of history gave up, for the console, and brings what an administrator sends again back to the log.
 * @returns ends both.
 */
export async function startLetters(
  sql: Sql<HistoryDb>,
  { ports, clock, faultPoint, metrics: ofProcess }: Platform,
  logger: Logger,
): Promise<() => Promise<void>> {
  const metrics = ofProcess.forApp('history-job');
  const stopKeeping = await keepDeadLetters(ports.events, DeadLetters.over(sql, clock), {
    topics: [HISTORY_UPDATES.name],
    group: HISTORY_LETTERS,
    onLetter: observeLetters(metrics, logger),
  });
  const relay = startRelay(sql, ports.events, {
    domain: 'history',
    clock,
    faultPoint,
    onError: (error) => logger.warn('letters that are sent again wait for the log', { cause: String(error) }),
    onParked: ({ cause, ...row }) => logger.error('a letter that was sent again was given up', cause, row),
    onBacklog: observeOutbox(metrics),
  });
  return async () => {
    await stopKeeping();
    await relay.close();
  };
}
