/** Where a video stands, on a clock of its caller. All times in seconds. */
export class Playback {
  #position: number;
  /** When, on the clock, the position was true; `null` while it stands still. */
  #since: number | null = null;

  constructor(
    readonly duration: number,
    private readonly now: () => number,
    start = 0,
  ) {
    this.#position = this.#within(start);
  }

  get position(): number {
    return this.#since === null ? this.#position : this.#within(this.#position + this.now() - this.#since);
  }

  get playing(): boolean {
    return this.#since !== null;
  }

  get ended(): boolean {
    return this.position >= this.duration;
  }

  /** From the start again when it had ended. */
  play(): void {
    if (this.playing) return;
    if (this.ended) this.#position = 0;
    this.#since = this.now();
  }

  pause(): void {
    this.#position = this.position;
    this.#since = null;
  }

  seek(to: number): void {
    this.#position = this.#within(to);
    if (this.#since !== null) this.#since = this.now();
  }

  #within(position: number): number {
    return Math.min(Math.max(position, 0), this.duration);
  }
}
