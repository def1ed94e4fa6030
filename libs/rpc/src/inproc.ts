import { runDetached } from '@storey/context';
import { unavailable } from '@storey/errors';
import { WireFailure, type Served, type Transport, type Wire, type WireCall } from './wire.js';

/** Where the apps of one process find each other. */
export class InprocHub {
  readonly #wires = new Map<string, Wire>();

  add(target: string, wire: Wire): void {
    if (this.#wires.has(target)) throw new Error(`"${target}" is served in this process already.`);
    this.#wires.set(target, wire);
  }

  remove(target: string): void {
    this.#wires.delete(target);
  }

  find(target: string): Wire | undefined {
    return this.#wires.get(target);
  }
}

/**
 * Calls inside one process. Nothing but bytes, metadata and the fact of a cancellation goes over: the other side runs
 * outside the caller's context, as it would behind a socket.
 */
export class InprocTransport implements Transport {
  readonly #hub: InprocHub;

  constructor(hub: InprocHub) {
    this.#hub = hub;
  }

  connect(target: string): Wire {
    return {
      unary: async (call) => {
        const wire = this.#find(target);
        const far = farSide(call);
        return runDetached(() => wire.unary(far.call)).finally(far.close);
      },
      stream: (call) => {
        const wire = this.#find(target);
        const far = farSide(call);
        const stream = runDetached(() => wire.stream(far.call));
        return { next: () => runDetached(() => stream.next()) };
      },
    };
  }

  async serve(target: string, wire: Wire): Promise<Served> {
    this.#hub.add(target, wire);
    return { refuse: () => this.#hub.remove(target), close: async () => {} };
  }

  async close(): Promise<void> {}

  #find(target: string): Wire {
    const wire = this.#hub.find(target);
    if (wire) return wire;
    throw WireFailure.of(unavailable(`A part of the system is not started: ${target}.`));
  }
}

/** The call as the other side sees it: its signal aborts with ours, but in no context and for no reason of ours. */
function farSide(call: WireCall): { readonly call: WireCall; readonly close: () => void } {
  const controller = new AbortController();
  const abort = (): void => runDetached(() => controller.abort(GONE));
  if (call.signal.aborted) abort();
  else call.signal.addEventListener('abort', abort, { once: true });
  return {
    call: { ...call, signal: controller.signal },
    close: () => call.signal.removeEventListener('abort', abort),
  };
}

const GONE = new DOMException('The caller has gone.', 'AbortError');
