export interface RetryBudgetOptions {
  /** Retries a call earns. Default 0.1: at most a tenth of the traffic is retries. */
  readonly ratio?: number;
  /** What can be saved up, and what is there at the start. Default 10. */
  readonly reserve?: number;
}

/**
 * Keeps retries from multiplying an overload: each call puts `ratio` of a token into a bucket, each retry takes a whole
 * one, and without a token there is no retry. One per destination, shared by all calls to it.
 */
export class RetryBudget {
  readonly #ratio: number;
  readonly #reserve: number;
  #tokens: number;

  constructor({ ratio = 0.1, reserve = 10 }: RetryBudgetOptions = {}) {
    this.#ratio = ratio;
    this.#reserve = reserve;
    this.#tokens = reserve;
  }

  /** A first try. */
  deposit(): void {
    this.#tokens = Math.min(this.#reserve, this.#tokens + this.#ratio);
  }

  /** @returns whether a retry may be made. */
  withdraw(): boolean {
    if (this.#tokens < 1 - ROUNDING) return false;
    this.#tokens -= 1;
    return true;
  }
}

/** Ten times 0.1 is a little less than 1. */
const ROUNDING = 1e-9;
