import { type Reactions } from '@storey/comment';
import { type Clock } from '@storey/context';
import { maybeCaller } from '../caller.js';
import { type Overlays } from '../intake/overlays.js';
import { type Records } from './records.js';
import { View } from './view.js';

/** Makes the view of whoever calls. */
export class Views {
  readonly #overlays: Overlays;
  readonly #records: Records;
  readonly #reactions: Reactions;
  readonly #clock: Clock;

  constructor(overlays: Overlays, records: Records, reactions: Reactions, clock: Clock) {
    this.#overlays = overlays;
    this.#records = records;
    this.#reactions = reactions;
    this.#clock = clock;
  }

  /** Runs `read` with the caller's view; afterwards the overlay forgets what was seen applied. */
  async as<T>(read: (view: View) => Promise<T>): Promise<T> {
    const person = maybeCaller();
    const { overlay, lost } = await this.#overlays.load(person?.userId);
    const view = new View({
      person,
      overlay,
      overlayLost: lost,
      records: this.#records,
      reactionsOf: (ids) => this.#reactions.of(person?.userId ?? 0n, ids),
      now: this.#clock.now(),
    });
    const result = await read(view);
    if (person) this.#overlays.forget(person.userId, overlay);
    return result;
  }
}
