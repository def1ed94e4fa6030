import { type Logger } from '@storey/observability';
import { cutOld, DEFAULT_RETENTION } from '@storey/outbox';
import { every } from '@storey/service';
import { type Ground } from './ground.js';
import { type KeyRotation } from './keys/key-rotation.js';
import { type RevocationNews } from './sessions/revocation-news.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** A session that is over is kept for a day, to be looked at. */
const KEPT_MS = 24 * HOUR_MS;
/** Pieces taken out in one go; what is left waits for the next. */
const MAX_CUTS = 100;

export interface Chores {
  readonly ground: Ground;
  readonly rotation: KeyRotation;
  readonly news: RevocationNews;
  readonly logger: Logger;
}

/** What has to be done from time to time, in every instance. @returns ends it. */
export function startChores({ ground, rotation, news, logger }: Chores): () => Promise<void> {
  const { clock } = ground.sources;
  const chore = (name: string, everyMs: number, work: () => Promise<unknown>) =>
    every(work, { clock, everyMs, onError: (error) => logger.error(`chore failed: ${name}`, error) });
  const stops = [
    chore('spread revocations', SECOND_MS, () => news.settle()),
    chore('forget old revocations', MINUTE_MS, () => news.prune()),
    chore('rotate keys', MINUTE_MS, () => rotation.check()),
    chore('cut old rows', HOUR_MS, () => cut(ground)),
  ];
  return async () => void (await Promise.all(stops.map((stop) => stop())));
}

async function cut({ store, sources }: Ground): Promise<void> {
  const before = sources.now() - BigInt(KEPT_MS);
  for (let left = MAX_CUTS; left > 0; left -= 1) if (!(await store.sessions.cut(before))) break;
  await cutOld(store.sql, DEFAULT_RETENTION, sources.clock);
}
