import { type ReactiveController, type ReactiveControllerHost } from 'lit';

/** One value that others look at and are told about. */
export class Store<T> {
  readonly #listeners = new Set<() => void>();
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener();
  }

  /** @returns stops listening. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** Draws its host anew whenever the store changes, for as long as the host is on the page. */
export class Follow implements ReactiveController {
  #stop = (): void => undefined;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly store: Store<unknown>,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#stop = this.store.subscribe(() => this.host.requestUpdate());
  }

  hostDisconnected(): void {
    this.#stop();
  }
}
