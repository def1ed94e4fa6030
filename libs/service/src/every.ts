import { type Clock } from '@storey/context';

export interface EveryOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  /** Told of a failure once, until a run succeeds again. The next run comes as planned. */
  readonly onError: (error: unknown) => void;
}

/** Runs `work` at once and then `everyMs` after the end of the run before. @returns ends it, after the run that is on its way. */
export function every(work: () => Promise<unknown>, options: EveryOptions): () => Promise<void> {
  const { clock, everyMs, onError } = options;
  let stopped = false;
  let failing = false;
  let cancel = (): void => undefined;
  let running = run();
  return async () => {
    stopped = true;
    cancel();
    await running;
  };

  async function run(): Promise<void> {
    try {
      await work();
      failing = false;
    } catch (error) {
      if (!failing) onError(error);
      failing = true;
    }
    if (!stopped) cancel = clock.after(everyMs, () => void (running = run()));
  }
}
