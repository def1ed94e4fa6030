import { type Logger, type Metrics } from '@storey/observability';

type Letter = Readonly<Record<'topic' | 'consumer', string>>;

/** Counts and tells of what consumers gave up. @returns to be given to `keepDeadLetters` as `onLetter`. */
export function observeLetters(metrics: Metrics, logger: Logger): (letter: Letter) => void {
  const help = 'Messages that a consumer gave up, by topic and consumer';
  const kept = metrics.counter('storey_dead_letters_total', help, ['topic', 'consumer']);
  return (letter) => {
    kept.add(1, letter);
    logger.warn('a dead letter waits for a decision', letter);
  };
}
