import { type SagaRow } from '@storey/account';

/** What a step left to be done: it is run again a little later, with its note. */
export interface Unready {
  readonly note: string;
}

/** One step of a saga. It may be run again after it was done, also at the same time, and has no further effect then. */
export interface Step {
  /** As its owner sees it. */
  readonly name: string;
  /** @throws AppError a refusal turns the saga back where that can be done; anything else is tried again. */
  run(saga: SagaRow): Promise<'done' | Unready>;
  /** Takes it back. Absent: there is no way back from it, once begun. */
  undo?(saga: SagaRow): Promise<void>;
}
