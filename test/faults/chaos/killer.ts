import { setTimeout as sleep } from 'node:timers/promises';
import { type Exit } from '@storey/testing';
import { type Product } from '../../support/product.js';
import { type Dice } from './dice.js';

/** Where a life ends: at the nth pass of a fault point of the product; without one, at any moment. */
export interface Plan {
  readonly point?: string;
  readonly nth?: number;
  /** Lives until the point is met, when it may be missed within one; 1 by default. */
  readonly lives?: number;
}

const ANY_MOMENT = 'any moment';
/** How long a point may take to be passed before the axe falls anyway. */
const REACH_MS = 6000;

/** Kills the product, and begins it again to be killed as planned, over and over. */
export class Killer {
  /** Deaths by place. */
  readonly deaths = new Map<string, number>();

  constructor(
    private readonly product: Product,
    private readonly dice: Dice,
  ) {}

  /** Kills what runs, carries out every plan, and leaves the product running without one. */
  async carryOut(plans: readonly Plan[]): Promise<void> {
    await this.#axe();
    for (const plan of plans) {
      for (let lives = plan.lives ?? 1; lives > 0 && !(await this.#live(plan)); lives -= 1);
    }
    await this.product.begin();
  }

  count(place: RegExp): number {
    return [...this.deaths].reduce((sum, [name, n]) => sum + (place.test(name) ? n : 0), 0);
  }

  /** @returns whether it died where it was to. */
  async #live({ point, nth = 1 }: Plan): Promise<boolean> {
    const failure = await this.#begin(point === undefined ? {} : { KILL_AT: `${point}:${nth}` });
    const died = await this.#within(point === undefined ? this.dice.between(50, 1200) : REACH_MS);
    if (!died && failure) throw new Error('the product does not start', failure);
    if (!died) {
      await this.#axe();
      return point === undefined;
    }
    // A point may be passed while the product starts; whatever else keeps it from living is a fault.
    if (died.signal !== 'SIGKILL') throw new Error(`the product ended with ${died.code}`, failure);
    this.#note(point ?? ANY_MOMENT);
    return true;
  }

  /** @returns what went wrong, which may be that it died as planned. */
  #begin(env: Readonly<Record<string, string>>): Promise<{ readonly cause: unknown } | undefined> {
    return this.product.begin(env).then(
      () => undefined,
      (cause: unknown) => ({ cause }),
    );
  }

  async #within(ms: number): Promise<Exit | undefined> {
    const timer = new AbortController();
    const late = sleep(ms, undefined, { signal: timer.signal }).catch((error: unknown) => {
      if (!timer.signal.aborted) throw error;
    });
    const died = await Promise.race([this.product.process.exited, late]);
    timer.abort();
    return died ?? undefined;
  }

  async #axe(): Promise<void> {
    await this.product.process.kill('SIGKILL');
    this.#note(ANY_MOMENT);
  }

  #note(place: string): void {
    this.deaths.set(place, (this.deaths.get(place) ?? 0) + 1);
  }
}
