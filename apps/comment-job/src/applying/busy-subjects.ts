import { type Clock } from '@storey/context';

const WINDOW_MS = 15_000;
/** Followed in a window. Whoever is busy is above the mean, which is all that is kept when there are more. */
const MAX_FOLLOWED = 1000;
/** Of one second, from which on a subject dominates; and of how many that is told. */
const DOMINATES = 0.1;
const MAX_TOLD = 10;

/** How long commands of each subject were being applied, over the last 15 to 30 seconds: its rate times what one takes. */
export class BusySubjects {
  readonly #clock: Clock;
  #present = new Map<string, number>();
  #before = new Map<string, number>();
  #began: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#began = clock.monotonic();
  }

  add(subject: string, ms: number): void {
    this.#turn();
    this.#present.set(subject, (this.#present.get(subject) ?? 0) + ms);
    if (this.#present.size > MAX_FOLLOWED) this.#thin();
  }

  /** Those that take a tenth of a second or more each second, the busiest first, ten at most; with seconds a second. */
  dominating(): readonly (readonly [subject: string, busy: number])[] {
    this.#turn();
    const spanMs = WINDOW_MS + this.#clock.monotonic() - this.#began;
    const all = [...new Set([...this.#present.keys(), ...this.#before.keys()])].map((subject) => {
      const ms = (this.#present.get(subject) ?? 0) + (this.#before.get(subject) ?? 0);
      return [subject, ms / spanMs] as const;
    });
    const busy = all.filter(([, each]) => each >= DOMINATES);
    return busy.toSorted(([, a], [, b]) => b - a).slice(0, MAX_TOLD);
  }

  #turn(): void {
    const now = this.#clock.monotonic();
    const passed = Math.floor((now - this.#began) / WINDOW_MS);
    if (passed === 0) return;
    this.#before = passed === 1 ? this.#present : new Map();
    this.#present = new Map();
    this.#began += passed * WINDOW_MS;
  }

  #thin(): void {
    const sum = [...this.#present.values()].reduce((total, ms) => total + ms, 0);
    const mean = sum / this.#present.size;
    for (const [subject, ms] of this.#present) if (ms <= mean) this.#present.delete(subject);
  }
}
