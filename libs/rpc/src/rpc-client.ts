import {
  type DescMethod,
  type DescService,
  type Message,
  type MessageInitShape,
  type DescMessage,
} from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel as Effects } from '@bufbuild/protobuf/wkt';
import { type InternalTokens } from '@storey/auth';
import { Deadline, currentContext, raceAbort, type Clock, type RequestContext } from '@storey/context';
import { isAppError, outcomeUnknown, toAppError, type AppError } from '@storey/errors';
import { cancellable } from './cancellable.js';
import { decode, encode } from './codec.js';
import { DEFAULT_TIMEOUT_MS } from './dispatcher.js';
import { toMetadata } from './metadata.js';
import { type CallOptions, type RpcClient } from './typed.js';
import { WireFailure, type Wire, type WireCall } from './wire.js';

export interface CallerOptions {
  readonly target: string;
  readonly tokens: InternalTokens;
  readonly clock: Clock;
  /** Told of every call before it is made. */
  readonly onCall: (method: DescMethod) => void;
}

type Init = MessageInitShape<DescMessage>;

export function createClient<S extends DescService>(
  service: S,
  wire: Wire,
  options: CallerOptions,
): RpcClient<S> {
  const caller = new Caller(wire, options);
  const methods = service.methods.map((method) => [method.localName, caller.callable(method)] as const);
  return Object.freeze(Object.fromEntries(methods)) as unknown as RpcClient<S>;
}

/** The calling end of a wire: gives each call its deadline, identity and context. */
class Caller {
  readonly #wire: Wire;
  readonly #options: CallerOptions;

  constructor(wire: Wire, options: CallerOptions) {
    this.#wire = wire;
    this.#options = options;
  }

  callable(method: DescMethod): (request: Init, options?: CallOptions) => unknown {
    if (method.methodKind === 'unary') return (request, options) => this.#unary(method, request, options);
    if (method.methodKind === 'server_streaming') {
      return (request, options) => this.#stream(method, request, options);
    }
    return () => {
      throw new Error(`${method}: streams from the client are not supported.`);
    };
  }

  async #unary(method: DescMethod, request: Init, options: CallOptions = {}): Promise<Message> {
    this.#options.onCall(method);
    const context = currentContext();
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const deadline = context.deadline?.within(timeoutMs) ?? Deadline.in(timeoutMs, this.#options.clock);
    const parent = anyOf(context.signal, options.signal);
    deadline.check();
    try {
      return await deadline.run(async (signal) => {
        try {
          const call = await this.#call(method, request, { context, signal, deadline });
          return decode(method.output, await this.#wire.unary(call));
        } catch (error) {
          throw isLost(error) && !isRead(method) ? outcomeUnknown(error) : received(error);
        }
      }, parent);
    } catch (error) {
      // The other side may have done it in time, and goes on even when it was the one to say that time is over.
      throw isLate(error) && !isRead(method) ? outcomeUnknown(error) : error;
    }
  }

  #stream(method: DescMethod, request: Init, options: CallOptions = {}): AsyncIterableIterator<Message> {
    this.#options.onCall(method);
    const context = currentContext();
    const deadline = this.#streamDeadline(context, options.timeoutMs);
    const parent = anyOf(context.signal, options.signal) ?? new AbortController().signal;
    return cancellable((signal) => this.#messages(method, request, { context, signal, deadline }), {
      parent,
      timeoutMs: deadline?.remainingMs,
      clock: this.#options.clock,
    });
  }

  async *#messages(method: DescMethod, request: Init, scope: Scope): AsyncGenerator<Message, void> {
    const { signal } = scope;
    try {
      const stream = this.#wire.stream(await raceAbort(this.#call(method, request, scope), signal));
      for (;;) {
        const { done, value } = await raceAbort(stream.next(), signal);
        if (done) return;
        yield decode(method.output, value);
      }
    } catch (error) {
      throw signal.aborted ? error : received(error);
    }
  }

  async #call(method: DescMethod, request: Init, { context, signal, deadline }: Scope): Promise<WireCall> {
    const body = encode(method.input, request);
    const token = this.#options.tokens.mint(context.principal, this.#options.target);
    const metadata = toMetadata(context, token);
    const path = `/${method.parent.typeName}/${method.name}`;
    return { path, metadata, body, timeoutMs: deadline?.remainingMs, signal };
  }

  #streamDeadline({ deadline }: RequestContext, timeoutMs: number | undefined): Deadline | undefined {
    if (timeoutMs === undefined) return deadline;
    return deadline?.within(timeoutMs) ?? Deadline.in(timeoutMs, this.#options.clock);
  }
}

/** Under what a call is made. */
interface Scope {
  readonly context: RequestContext;
  readonly signal: AbortSignal;
  readonly deadline: Deadline | undefined;
}

function anyOf(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}

function received(error: unknown): AppError {
  return error instanceof WireFailure ? error.toAppError() : toAppError(error);
}

const isRead = ({ idempotency }: DescMethod): boolean => idempotency === Effects.NO_SIDE_EFFECTS;

const isLost = (error: unknown): boolean => error instanceof WireFailure && error.lost;

const isLate = (error: unknown): boolean => isAppError(error) && error.kind === 'deadline_exceeded';
