import { type Clock } from '@storey/context';
import { type Kv, type Scored } from '@storey/kv';
import { type Logger } from '@storey/observability';

export interface Revocation {
  readonly sessionId?: string;
  readonly userId?: string;
  readonly atMs: number;
}

/** Where account-service spreads what it revoked; the truth is in its database. */
const LIST = '{rev}:list';
const EPOCH = '{rev}:epoch';
const POLL_MS = 250;
/** Entries may arrive out of order by as much as the clocks of account-service instances differ. */
const OVERLAP_MS = 5_000;
/** Longer than any access token lives. */
const KEEP_MS = 20 * 60_000;

/**
 * What may no longer come in, as a local snapshot: loaded whole from account-service before the gateway is ready and
 * whenever the store that spreads the news has forgotten, polled four times a second in between. While the store is
 * away the last snapshot serves.
 */
export class Revocations {
  readonly #sessions = new Map<string, number>();
  readonly #users = new Map<string, number>();
  readonly #stop = new AbortController();
  #epoch: string | undefined;
  #seenMs = 0;
  #loaded = false;

  constructor(
    private readonly kv: Kv,
    private readonly loadAll: () => Promise<readonly Revocation[]>,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** True once everything that was revoked before is known. */
  get loaded(): boolean {
    return this.#loaded;
  }

  isRevoked(sessionId: string, userId: string, issuedAtMs: number): boolean {
    if (this.#sessions.has(sessionId)) return true;
    const notBefore = this.#users.get(userId);
    return notBefore !== undefined && issuedAtMs < notBefore;
  }

  /** Polls until `stop`. */
  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stop.abort(new Error('stopped'));
  }

  async #run(): Promise<void> {
    let failed = false;
    while (!this.#stop.signal.aborted) {
      try {
        await this.refresh();
        failed = false;
      } catch (error) {
        if (!failed)
          this.logger.warn('revocations can not be refreshed; the last snapshot serves', {
            cause: String(error),
          });
        failed = true;
      }
      await this.clock.sleep(POLL_MS, this.#stop.signal).catch(stopped);
    }
  }

  /** One look at the store; everything anew when it is not the store we knew. */
  async refresh(): Promise<void> {
    const epoch = await this.#currentEpoch();
    if (epoch === undefined || epoch !== this.#epoch || !this.#loaded) await this.#reload(epoch);
    await this.#poll();
    this.#forget();
  }

  async #currentEpoch(): Promise<string | undefined> {
    const bytes = await this.kv.get(EPOCH);
    return bytes && Buffer.from(bytes).toString('base64url');
  }

  async #reload(epoch: string | undefined): Promise<void> {
    for (const revocation of await this.loadAll()) this.#remember(revocation);
    this.#loaded = true;
    this.#epoch = epoch ?? (await this.#beginEpoch());
  }

  async #beginEpoch(): Promise<string> {
    const mine = Buffer.from(`${this.clock.now()}-${process.pid}`);
    const theirs = await this.kv.setIfAbsent(EPOCH, mine, {});
    return Buffer.from(theirs ?? mine).toString('base64url');
  }

  async #poll(): Promise<void> {
    let after: Scored | undefined;
    for (;;) {
      const page = await this.kv.rangeByScore(LIST, {
        min: this.#seenMs - OVERLAP_MS,
        ...(after && { after }),
        order: 'ascending',
        limit: 1000,
      });
      for (const entry of page) this.#remember(parse(entry));
      after = page.at(-1);
      if (after) this.#seenMs = Math.max(this.#seenMs, after.score);
      if (page.length < 1000) return;
    }
  }

  #remember({ sessionId, userId, atMs }: Revocation): void {
    if (sessionId !== undefined) this.#sessions.set(sessionId, atMs);
    if (userId !== undefined) this.#users.set(userId, Math.max(atMs, this.#users.get(userId) ?? 0));
  }

  #forget(): void {
    const oldest = this.clock.now() - KEEP_MS;
    for (const map of [this.#sessions, this.#users]) {
      for (const [id, at] of map) if (at < oldest) map.delete(id);
    }
  }
}

/** Members are `s:<session>` or `u:<user>:<tokens issued before, ms>`. */
function parse({ member, score }: Scored): Revocation {
  const [kind, id = '', notBefore] = member.split(':');
  return kind === 's' ? { sessionId: id, atMs: score } : { userId: id, atMs: Number(notBefore ?? score) };
}

function stopped(reason: unknown): void {
  if (!(reason instanceof Error) || reason.message !== 'stopped') throw reason;
}
