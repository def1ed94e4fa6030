import { hostname } from 'node:os';
import { cutOld, DEFAULT_RETENTION } from '@storey/outbox';
import { startScheduler, type Task } from '@storey/schedule';
import { type Logger } from '@storey/observability';
import { every, type Platform } from '@storey/service';
import { type Ground } from './ground.js';
import { type KeyRotation } from './keys/key-rotation.js';
import { type RevocationNews } from './sessions/revocation-news.js';
import { type Sweep } from './sweep.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** A session that is over is kept for a day, to be looked at. */
const KEPT_MS = 24 * HOUR_MS;
/**
 * A tip that has ended: long after its key may be used again (a day) and its giver looks how it stands. What has not ended is
 * kept until it has. Comment-service keeps its side for a week more, so that nothing told late meets a stranger there.
 */
const TIPS_MS = 30 * 24 * HOUR_MS;
/** Pieces taken out in one go; what is left waits for the next. */
const MAX_CUTS = 100;

export interface Chores {
  readonly ground: Ground;
  readonly rotation: KeyRotation;
  readonly news: RevocationNews;
  /** By what each does. */
  readonly sweeps: Readonly<Record<string, Pick<Sweep<unknown>, 'run'>>>;
}

/** What has to be done from time to time. @returns ends it. */
export function startChores(chores: Chores, platform: Platform, logger: Logger): () => Promise<void> {
  const { clock, random, faultPoint } = platform;
  const metrics = platform.metrics.forApp('account-service');
  const options = { logger, metrics, clock, random, faultPoint, runner: hostname() };
  const scheduler = startScheduler(chores.ground.store.sql, shared(chores), options);
  const everySecond = (name: string, work: () => Promise<unknown>) =>
    every(work, {
      clock,
      everyMs: SECOND_MS,
      onError: (error) => logger.error(`chore failed: ${name}`, error),
    });
  // Each instance owes its own news.
  const stopSpreading = everySecond('spread revocations', () => chores.news.settle());
  // In each, as nobody is to wait for the lock of one who died: whoever drives the same thing agrees with the others.
  const stopSweeps = Object.entries(chores.sweeps).map(([name, sweep]) =>
    everySecond(name, () => sweep.run()),
  );
  const stops = [stopSpreading, ...stopSweeps];
  return async () => void (await Promise.all([scheduler.close(), ...stops.map((stop) => stop())]));
}

/** In one instance of all. */
function shared({ ground, rotation, news }: Chores): readonly Task[] {
  return [
    { name: 'forget old revocations', plan: { everyMs: MINUTE_MS }, run: () => news.prune() },
    { name: 'rotate keys', plan: { everyMs: MINUTE_MS }, run: () => rotation.check() },
    { name: 'cut old rows', plan: { everyMs: HOUR_MS }, run: ({ signal }) => cut(ground, signal) },
  ];
}

async function cut({ store, sources }: Ground, signal: AbortSignal): Promise<void> {
  const before = (ms: number): bigint => sources.now() - BigInt(ms);
  await inPieces(() => store.sessions.cut(before(KEPT_MS)), signal);
  await inPieces(() => store.tips.cut(before(TIPS_MS)), signal);
  await cutOld(store.sql, DEFAULT_RETENTION, sources.clock, () => signal.throwIfAborted());
}

async function inPieces(cutSome: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  for (let left = MAX_CUTS; left > 0 && !signal.aborted; left -= 1) if (!(await cutSome())) return;
}
