import { PipelineSize } from '@storey/cache';
import { COMMANDS_TOPIC, workClassOf } from '@storey/comment';
import { type Batch, type Flow } from '@storey/events';
import { type Logger } from '@storey/observability';
import { CatchUp, type Platform } from '@storey/service';
import { CONSUMER, type Applier } from './applier.js';
import { BatchApplier } from './apply-batch.js';
import { BusySubjects } from './busy-subjects.js';

/** What is fetched of a partition ahead of its lowest unfinished command: so far quiet subjects are found behind a loud one. */
const MAX_PENDING = 10_000;
const MAX_PENDING_BYTES = 8 * 1024 * 1024;
/** Of one subject while others are in its turn: they wait for its transaction. */
const MAX_TURN = 16;
/** So that a subject that hangs holds up none beside it. */
const TURNS_AT_ONCE = 2;
/** Where the size of a turn begins. */
const MIN_BATCH = 100;
/** A turn that took less is never too large. */
const QUICK_MS = 200;
/** Commands that come quicker share transactions; one alone waits for nothing. */
const APART_MS = 10;

interface Grounds {
  readonly platform: Platform;
  readonly logger: Logger;
}

/**
 * Applies commands of every partition that this process owns, subjects in fair turns, as large as the database is quick.
 * Required to be ready until all that waited at the start is applied. @returns ends it.
 */
export async function startApplying(
  { platform, logger }: Grounds,
  applier: Applier,
  maxBatch: number,
): Promise<() => Promise<void>> {
  const { ports, clock, faultPoint, health } = platform;
  const subjects = new BusySubjects(clock);
  const batches = new BatchApplier({ applier, clock, faultPoint, logger, subjects });
  const told = observe(platform, subjects);
  const catchUp = await CatchUp.begin(ports.events, COMMANDS_TOPIC, CONSUMER);
  const notRequired = health.require(CONSUMER, () => catchUp.check());
  const size = new PipelineSize({
    clock,
    min: Math.min(MIN_BATCH, maxBatch),
    max: maxBatch,
    quickMs: QUICK_MS,
  });
  const consumer = await ports.events.subscribe({
    topic: COMMANDS_TOPIC,
    group: CONSUMER,
    maxBatch,
    flow: flowOf(maxBatch, size),
    apartMs: APART_MS,
    handle: async (batch) => {
      told.handed(batch);
      await batches.apply(batch);
    },
  });
  return async () => {
    notRequired();
    await consumer.close();
  };
}

const flowOf = (maxBatch: number, size: PipelineSize): Flow => ({
  maxPending: MAX_PENDING,
  maxPendingBytes: MAX_PENDING_BYTES,
  maxTurn: Math.min(MAX_TURN, maxBatch),
  parallel: TURNS_AT_ONCE,
  size,
});

function observe(
  { metrics: ofProcess, clock }: Platform,
  subjects: BusySubjects,
): { handed(batch: Batch): void } {
  const metrics = ofProcess.forApp('comment-job');
  const waited = metrics.histogram(
    'comment_job_wait_seconds',
    'How long a command lay in the log before its turn',
    ['class'],
  );
  const turns = metrics.counter('comment_job_turns_total', 'Turns of commands that were handed over');
  const busy = 'Seconds a second that a subject is being applied; the ten busiest of 0.1 or more';
  metrics.observed('comment_job_subject_busy', busy, ['subject'], () =>
    subjects.dominating().map(([subject, seconds]) => [{ subject }, seconds] as const),
  );
  return {
    handed: ({ messages }) => {
      turns.add();
      const now = clock.now();
      for (const { timestamp, headers } of messages)
        waited.observe(Math.max(0, now - timestamp) / 1000, { class: workClassOf(headers) });
    },
  };
}
