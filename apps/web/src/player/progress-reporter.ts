/** What `PUT /web/v1/history/{business}/{oid}` takes of it. */
export interface ProgressReport {
  /** Seconds; -1: finished. */
  readonly progress: number;
  readonly duration: number;
  readonly at: string;
  readonly sentAt: string;
  /** Rises with every report of this device, so that reports of the same moment keep their order. */
  readonly seq: number;
  readonly device: 'web';
  readonly title: string;
}

export type SendReport = (report: ProgressReport, leaving: boolean) => void;

const FINISHED = -1;
const EVERY_MS = 5000;

/** Tells the server how far a video was watched: every five seconds, at each turn, and when the page goes away. */
export class ProgressReporter {
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly video: { readonly duration: number; readonly title: string },
    private readonly send: SendReport,
    private readonly nextSeq: () => number,
    private readonly now: () => number = Date.now,
  ) {}

  /** While it plays: called as often as one likes, reports every five seconds. */
  playing(position: number): void {
    if (this.now() - this.#lastAt >= EVERY_MS) this.report(position);
  }

  /** At a pause, a seek, a start. */
  report(position: number): void {
    this.#report(Math.floor(position), false);
  }

  finished(): void {
    this.#report(FINISHED, false);
  }

  /** The page is about to be hidden or closed. */
  leaving(position: number): void {
    this.#report(Math.floor(position), true);
  }

  #report(progress: number, leaving: boolean): void {
    this.#lastAt = this.now();
    const at = new Date(this.#lastAt).toISOString();
    const { duration, title } = this.video;
    this.send({ progress, duration, at, sentAt: at, seq: this.nextSeq(), device: 'web', title }, leaving);
  }
}
