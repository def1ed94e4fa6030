import { systemClock, type Clock } from '@storey/context';

export type Check = () => Promise<void>;

export interface Readiness {
  readonly ready: boolean;
  readonly parts: Readonly<Record<string, 'ok' | string>>;
}

/** How long one check may take, ms. */
const CHECK_MS = 500;

/** What must be there before this process takes traffic. Each app adds the parts it can't do without. */
export class Health {
  readonly #checks = new Map<string, Check>();
  readonly #clock: Clock;
  #stopping = false;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** @param check rejects while the part is missing. @returns takes it away again. */
  require(part: string, check: Check): () => void {
    this.#checks.set(part, check);
    return () => void this.#checks.delete(part);
  }

  /** From now on not ready: traffic goes elsewhere while what runs is finished. */
  stop(): void {
    this.#stopping = true;
  }

  async readiness(): Promise<Readiness> {
    const results = await Promise.all(
      [...this.#checks].map(async ([part, check]) => [part, await this.#run(check)] as const),
    );
    const parts: Record<string, string> = Object.fromEntries(results);
    if (this.#stopping) parts['process'] = 'stopping';
    return { ready: Object.values(parts).every((state) => state === 'ok'), parts };
  }

  async #run(check: Check): Promise<string> {
    const controller = new AbortController();
    const late = this.#clock.sleep(CHECK_MS, controller.signal).then(
      () => 'does not answer',
      () => 'ok',
    );
    const result = check().then(
      () => 'ok',
      () => 'missing',
    );
    const state = await Promise.race([result, late]);
    controller.abort(new Error('done'));
    return state;
  }
}
