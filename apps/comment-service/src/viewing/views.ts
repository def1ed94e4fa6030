import { type Clock } from '@storey/context';
import { maybeCaller } from '../caller.js';
import { type Overlays } from '../intake/overlays.js';
import { noteLack, notingLacks, type Lacking } from './lacking.js';
import { type Records } from './records.js';
import { View } from './view.js';

/** Makes the view of whoever calls. */
export class Views {
  readonly #overlays: Overlays;
  readonly #records: Records;
  readonly #clock: Clock;

  constructor(overlays: Overlays, records: Records, clock: Clock) {
    this.#overlays = overlays;
    this.#records = records;
    this.#clock = clock;
  }

  /** Runs `read` with the caller's view; afterwards the overlay forgets what was seen applied. */
  as<T>(read: (view: View) => Promise<T>): Promise<T> {
    return this.beside(nothing, read);
  }

  /**
   * The same, where `given` need not wait for the overlay: both are on their way together. What the overlay forgets
   * was served for so long that `given` has it.
   */
  beside<G, T>(given: () => Promise<G>, read: (view: View, given: G) => Promise<T>): Promise<T> {
    return notingLacks((lacking) => this.#view(lacking, given, read));
  }

  async #view<G, T>(
    lacking: Lacking,
    given: () => Promise<G>,
    read: (view: View, given: G) => Promise<T>,
  ): Promise<T> {
    const person = maybeCaller();
    const userId = person?.userId ?? 0n;
    const [{ overlay, lost }, known] = await Promise.all([this.#overlays.load(person?.userId), given()]);
    if (lost) noteLack('viewer');
    const view = new View({
      person,
      overlay,
      lacking,
      records: this.#records,
      reactionsUnder: (subjectId) => this.#records.reactionsUnder(userId, subjectId),
      olderReactions: (ids) => this.#records.olderReactions(userId, ids),
      now: this.#clock.now(),
    });
    const result = await read(view, known);
    if (person) this.#overlays.forget(person.userId, overlay);
    return result;
  }
}

const nothing = (): Promise<void> => Promise.resolve();
