import { randomBytes } from 'node:crypto';

/** The only source of randomness. Injected, so that a run can be repeated by its seed. */
export abstract class Random {
  /** Uniform in [0, 1). */
  abstract float(): number;
  abstract bytes(length: number): Uint8Array;

  /** Uniform integer in [min, max]. */
  int(min: number, max: number): number {
    return min + Math.floor(this.float() * (max - min + 1));
  }
}

class SystemRandom extends Random {
  float(): number {
    return Math.random();
  }

  bytes(length: number): Uint8Array {
    return randomBytes(length);
  }
}

export const systemRandom: Random = new SystemRandom();

/** Mulberry32: small, fast, good enough to replay a test. Not for secrets. */
export class SeededRandom extends Random {
  #state: number;

  constructor(seed: number) {
    super();
    this.#state = seed >>> 0;
  }

  float(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.int(0, 255));
  }
}
