import { type DescMethod, type Message } from '@bufbuild/protobuf';
import { type InternalTokens } from '@storey/auth';
import { Deadline, raceAbort, runInContext, type Clock, type RequestContext } from '@storey/context';
import { AppError, deadlineExceeded, invalidRequest, isAppError, unavailable } from '@storey/errors';
import { cancellable } from './cancellable.js';
import { decode, encode } from './codec.js';
import { failureOf } from './failure.js';
import { fromMetadata } from './metadata.js';
import { asMessage, manyMessages, oneMessage } from './results.js';
import { WireFailure, type ByteStream, type Wire, type WireCall } from './wire.js';

/** What a handler gets when a caller sent no deadline of its own. */
export const DEFAULT_TIMEOUT_MS = 400;

/** The longest that a unary handler gets, whatever its caller asks for. */
export const MAX_TIMEOUT_MS = 60_000;

/** A method with what Nest made of its handler: guards, pipes, interceptors and filters included. */
export interface BoundMethod {
  readonly desc: DescMethod;
  readonly handle: (request: unknown, context: RequestContext) => unknown;
}

export interface DispatcherOptions {
  readonly target: string;
  readonly tokens: InternalTokens;
  readonly clock: Clock;
  /** Called with every error that is nobody's answer: a defect in a handler or in its result. */
  readonly onError: (error: unknown, method: string) => void;
}

/** The serving end of a wire: bytes in, handler, bytes out, whatever the transport. */
export class Dispatcher implements Wire {
  readonly #options: DispatcherOptions;
  readonly #methods: ReadonlyMap<string, BoundMethod>;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<Uint8Array>>();

  /** @param methods by path, e.g. `/storey.comment.v1.CommentService/Publish`. */
  constructor(options: DispatcherOptions, methods: ReadonlyMap<string, BoundMethod>) {
    this.#options = options;
    this.#methods = methods;
  }

  unary(call: WireCall): Promise<Uint8Array> {
    const answer = this.#unary(call).finally(() => this.#running.delete(answer));
    this.#running.add(answer);
    return answer;
  }

  /** Ends streams with `unavailable` and waits for the other calls, each bounded by its deadline. */
  async close(): Promise<void> {
    this.#closing.abort(unavailable('This part of the system is restarting.'));
    await Promise.allSettled(this.#running);
  }

  async #unary(call: WireCall): Promise<Uint8Array> {
    const timeoutMs = Math.min(call.timeoutMs ?? DEFAULT_TIMEOUT_MS, MAX_TIMEOUT_MS);
    const deadline = Deadline.in(timeoutMs, this.#options.clock);
    try {
      return await deadline.run((signal) => this.#answer(call, signal, deadline), call.signal);
    } catch (error) {
      throw WireFailure.of(call.signal.aborted ? deadlineExceeded(error) : failureOf(error));
    }
  }

  stream(call: WireCall): ByteStream {
    const parent = AbortSignal.any([call.signal, this.#closing.signal]);
    const bounds = { parent, timeoutMs: call.timeoutMs, clock: this.#options.clock };
    return cancellable((signal) => this.#messages(call, signal), bounds);
  }

  async #answer(call: WireCall, signal: AbortSignal, deadline: Deadline): Promise<Uint8Array> {
    try {
      const { desc, handle } = this.#find(call, 'unary');
      const context = await this.#context(call, signal, deadline);
      const request = decodeRequest(desc, call.body);
      const result = runInContext(context, async () => oneMessage(await handle(request, context), `${desc}`));
      return encode(desc.output, await result);
    } catch (error) {
      throw this.#noted(error, call, signal);
    }
  }

  async *#messages(call: WireCall, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
    let close: (() => Promise<unknown>) | undefined;
    let told: unknown;
    try {
      const { desc, handle } = this.#find(call, 'server_streaming');
      const context = await raceAbort(this.#context(call, signal, this.#deadlineOf(call)), signal);
      const request = decodeRequest(desc, call.body);
      // A generator runs in the context of whoever asks it for more, so it is always asked in the handler's.
      const inside = <T>(fn: () => T): T => runInContext(context, fn);
      const opened = inside(async () => manyMessages(await handle(request, context), `${desc}`));
      close = () => opened.then((messages) => inside(() => messages.return?.()));
      const messages = await raceAbort(opened, signal);
      for (;;) {
        const { done, value } = await raceAbort(
          inside(() => messages.next()),
          signal,
        );
        if (done) return;
        yield encode(desc.output, asMessage(value, `${desc}`));
      }
    } catch (error) {
      told = error;
      throw WireFailure.of(this.#noted(error, call, signal));
    } finally {
      // Not awaited: a generator that ignores its signal would hold the reader.
      close?.().catch((error: unknown) => error === told || this.#noted(error, call, signal));
    }
  }

  #deadlineOf({ timeoutMs }: WireCall): Deadline | undefined {
    return timeoutMs === undefined ? undefined : Deadline.in(timeoutMs, this.#options.clock);
  }

  #find({ path }: WireCall, kind: DescMethod['methodKind']): BoundMethod {
    const method = this.#methods.get(path);
    if (method?.desc.methodKind === kind) return method;
    throw new AppError({
      kind: 'internal',
      code: 'COMMON_INTERNAL',
      message: `${this.#options.target} does not serve ${path}.`,
    });
  }

  async #context(call: WireCall, signal: AbortSignal, deadline?: Deadline): Promise<RequestContext> {
    const { token, ...carried } = fromMetadata(call.metadata);
    const principal = await this.#options.tokens.verify(token, this.#options.target);
    return { ...carried, signal, ...(deadline && { deadline }), ...(principal && { principal }) };
  }

  /** What crosses the wire for `thrown`; a defect is reported here, because its cause stays behind. */
  #noted(thrown: unknown, call: WireCall, signal: AbortSignal): AppError {
    const error = failureOf(thrown);
    if (error.kind === 'internal' && !(signal.aborted && isAbort(thrown, signal))) {
      this.#options.onError(error.cause ?? error, call.path);
    }
    return error;
  }
}

/** What a handler throws because its signal told it to stop is nobody's defect. */
function isAbort(thrown: unknown, signal: AbortSignal): boolean {
  return thrown === signal.reason || (thrown instanceof Error && thrown.name === 'AbortError');
}

function decodeRequest(desc: DescMethod, body: Uint8Array): Message {
  try {
    return decode(desc.input, body);
  } catch (error) {
    if (isAppError(error)) throw error;
    throw invalidRequest([{ path: '', message: `The bytes are no ${desc.input.typeName}.` }], error);
  }
}
