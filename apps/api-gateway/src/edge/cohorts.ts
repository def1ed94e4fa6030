import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { runDetached } from '@storey/context';

/** So long a write waits at most. */
const MAX_WAIT_MS = 100;
/** What more of them would save is little, and whoever reads meanwhile waits for all of them. */
const MAX_SIZE = 16;
/** How often those who wait look whether the loop has come to rest. */
const LOOK_MS = 1;
/** A loop that rests for more than this part of its time has no other work. */
const REST = 0.05;

/** Of an event loop, ms since it began. */
export interface LoopTime {
  readonly idle: number;
  readonly active: number;
}

/** Since the start. */
export interface CohortCounts {
  writes: number;
  cohorts: number;
}

/**
 * Writes that come while the process is busy set out together. One runs through far more code than a page does, and alone it
 * finds all of it driven out of the processor's caches by what ran in between: it costs four times what it costs behind
 * another. So a write beside others waits for as long as the event loop does not rest, up to bounds of time and company.
 * Cohort scheduling: Larus and Parkes, USENIX 2002. On real time whatever the clock: it is about this processor.
 */
export class Cohorts {
  readonly counts: CohortCounts = { writes: 0, cohorts: 0 };
  readonly #look: () => LoopTime;
  #last: LoopTime;
  #underWay = 0;
  #gathering: Promise<void> | undefined;
  #gathered = 0;

  constructor(look: () => LoopTime = () => performance.eventLoopUtilization()) {
    this.#look = look;
    this.#last = look();
  }

  /** Begins `work` when its cohort sets out; one that finds no other under way is alone, and waits for nobody. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const isAlone = this.#underWay === 0;
    this.#underWay += 1;
    this.counts.writes += 1;
    try {
      await this.#company(isAlone);
      return await work();
    } finally {
      this.#underWay -= 1;
    }
  }

  #company(isAlone: boolean): Promise<void> | undefined {
    if (this.#gathering) {
      this.#gathered += 1;
      return this.#gathering;
    }
    this.counts.cohorts += 1;
    if (this.#hasRested() || isAlone) return undefined;
    this.#gathered = 1;
    this.#gathering = runDetached(() => this.#gather());
    return this.#gathering;
  }

  async #gather(): Promise<void> {
    const begun = timeOf(this.#last);
    do await sleep(LOOK_MS);
    while (!this.#hasRested() && this.#gathered < MAX_SIZE && timeOf(this.#last) - begun < MAX_WAIT_MS);
    this.#gathering = undefined;
  }

  /** Since it was asked last. */
  #hasRested(): boolean {
    const [before, now] = [this.#last, this.#look()];
    this.#last = now;
    return now.idle - before.idle > REST * (timeOf(now) - timeOf(before));
  }
}

const timeOf = ({ idle, active }: LoopTime): number => idle + active;
