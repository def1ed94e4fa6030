import { hash } from 'node:crypto';
import { currentContext } from '@storey/context';
import { rateLimited } from '@storey/errors';
import { type Kv } from '@storey/kv';
import { addressBlock } from './address-block.js';

const MINUTE_MS = 60_000;
const REGISTRATIONS = { limit: 120, windowMs: MINUTE_MS };
const FAILURES_OF_ADDRESS = { limit: 30, windowMs: 5 * MINUTE_MS };
const FAILURES_OF_NAME = { limit: 10, windowMs: 5 * MINUTE_MS };

type Quota = Readonly<typeof REGISTRATIONS>;

/** How often somebody may try, over all processes. Every method throws AppError `rate_limited` beyond. */
export class AttemptLimits {
  readonly #kv: Kv;
  readonly #on: boolean;

  constructor(kv: Kv, { on }: { readonly on: boolean }) {
    this.#kv = kv;
    this.#on = on;
  }

  /** Counts one registration. */
  async registration(): Promise<void> {
    await this.#take(`{${address()}}:reg`, REGISTRATIONS, 1);
  }

  /** Asked before a password is looked at, and again when it was right: of guesses sent at once, those behind the tenth wrong one learn nothing. */
  async mayTry(name: string): Promise<void> {
    await this.#take(ofAddress(), FAILURES_OF_ADDRESS, 0);
    await this.#take(ofName(name), FAILURES_OF_NAME, 0);
  }

  /** Counts one wrong password. */
  async failed(name: string): Promise<void> {
    await this.#take(ofName(name), FAILURES_OF_NAME, 1);
    await this.#take(ofAddress(), FAILURES_OF_ADDRESS, 1);
  }

  async #take(key: string, quota: Quota, cost: 0 | 1): Promise<void> {
    if (!this.#on) return;
    const { allowed, retryAfterMs } = await this.#kv.takeQuota(key, { ...quota, cost });
    if (!allowed) throw rateLimited(Math.max(1, Math.ceil(retryAfterMs / 1000)));
  }
}

const address = (): string => `a:${addressBlock(currentContext().clientIp ?? 'unknown')}`;
const ofAddress = (): string => `{${address()}}:login`;
/** Names come as they were typed, so a key is made of their hash. */
const ofName = (name: string): string => `{n:${hash('sha256', name, 'base64url').slice(0, 22)}}:login`;
