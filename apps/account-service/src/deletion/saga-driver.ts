import { type SagaRow } from '@storey/account';
import { type FaultPoint } from '@storey/context';
import { isRefusal } from '../refusal.js';
import { type Sources } from '../sources.js';
import { type Store } from '../store.js';
import { type Step } from './step.js';

/** A step that is not ready is run again after that long. */
const AGAIN_MS = 1_000;

export interface SagaDriverOptions {
  readonly steps: readonly Step[];
  readonly store: Store;
  readonly sources: Sources;
  readonly faultPoint: FaultPoint;
}

type Change = Partial<Pick<SagaRow, 'state' | 'step' | 'note' | 'due_at'>>;

/**
 * Takes a saga on from where it stands, step by step. How far it came is noted after each step, so whoever dies between
 * the two leaves a step that is run again. Several drivers do no harm: only one of them moves the row.
 */
export class SagaDriver {
  readonly #options: SagaDriverOptions;

  constructor(options: SagaDriverOptions) {
    this.#options = options;
  }

  /**
   * @returns the saga where it has ended, waits, or was taken on by somebody else.
   * @throws AppError an outage, or a refusal when there is no way back any more; the saga stays where it is.
   */
  async drive(saga: SagaRow): Promise<SagaRow> {
    let at = saga;
    while (at.due_at !== null && at.due_at <= this.#options.sources.now()) {
      const moved = await (at.state === 'running' ? this.#forward(at) : this.#back(at));
      if (!moved) break;
      at = moved;
    }
    return at;
  }

  async #forward(saga: SagaRow): Promise<SagaRow | undefined> {
    const { steps, sources, faultPoint } = this.#options;
    const step = steps[saga.step];
    if (!step) return this.#save(saga, { state: 'done', due_at: null });
    const now = sources.now();
    try {
      const outcome = await step.run(saga);
      faultPoint('saga.ran');
      if (outcome === 'done') return await this.#save(saga, { step: saga.step + 1, note: '', due_at: now });
      return await this.#save(saga, { note: outcome.note, due_at: now + BigInt(AGAIN_MS) });
    } catch (error) {
      if (!isRefusal(error) || !this.#mayTurnBack(saga)) throw error;
      return this.#save(saga, { state: 'undoing', step: saga.step - 1, due_at: now });
    }
  }

  async #back(saga: SagaRow): Promise<SagaRow | undefined> {
    const { steps, faultPoint } = this.#options;
    await steps[saga.step]?.undo?.(saga);
    faultPoint('saga.undone');
    if (saga.step <= 0) return this.#save(saga, { state: 'cancelled', due_at: null });
    return this.#save(saga, { step: saga.step - 1 });
  }

  /** All that was done can be taken back, and of the present step nothing is known to be done. */
  #mayTurnBack({ step, note }: SagaRow): boolean {
    return note === '' && this.#options.steps.slice(0, step).every(({ undo }) => undo);
  }

  async #save(saga: SagaRow, change: Change): Promise<SagaRow | undefined> {
    const { store, faultPoint } = this.#options;
    const moved = await store.sql.transaction((tx) => store.sagas.update(tx, saga, change));
    faultPoint('saga.noted');
    return moved ? { ...saga, ...change } : undefined;
  }
}
