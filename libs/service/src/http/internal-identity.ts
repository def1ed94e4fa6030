import { type InternalTokens } from '@storey/auth';
import {
  Deadline,
  currentContext,
  runInContext,
  type Clock,
  type Principal,
  type Priority,
  type RequestContext,
} from '@storey/context';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type FastifyInstance, type FastifyRequest } from 'fastify';

/** The headers in which the gateway hands a request's context to a BFF. Stripped from what comes from outside. */
export const INTERNAL_HEADERS = {
  token: 'x-internal-token',
  trace: 'x-trace-id',
  clientIp: 'x-client-ip',
  /** Milliseconds left; absent = no deadline. */
  deadline: 'x-deadline-ms',
  lane: 'x-lane',
} as const;

/** A BFF answers nobody but the gateway: every request must carry an internal token for it. */
export function useInternalIdentity(
  fastify: FastifyInstance,
  audience: string,
  tokens: InternalTokens,
  clock: Clock,
): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const context = incomingContext(request.raw, reply.raw, clock);
    (request.raw as Carrier)[CONTEXT] = context;
    const enter = (principal?: Principal): void => {
      if (principal) context.principal = principal;
      runInContext(context, done);
    };
    const token = header(request.raw, INTERNAL_HEADERS.token) ?? '';
    const known = tokens.known(token, audience);
    if (known) return enter(known.principal);
    tokens.verify(token, audience).then(enter, (error: Error) => done(error));
  });
  // Reading a body leaves the context behind: its events come from the socket.
  fastify.addHook('preValidation', (request, _reply, done) => {
    const context = contextOf(request);
    if (context === currentContext()) done();
    else runInContext(context, done);
  });
}

/** On the request itself: a WeakMap of what lives this short costs the garbage collector more than all the rest of it. */
const CONTEXT = Symbol('context');
type Carrier = IncomingMessage & { [CONTEXT]?: RequestContext };

/** The context of a request, also where the asynchronous one is lost, as in error handlers. */
export const contextOf = (request: FastifyRequest): RequestContext =>
  (request.raw as Carrier)[CONTEXT] ?? currentContext();

/** What the gateway says of a request, but for who sends it: only a token that was checked tells that. */
export const incomingContext = (
  request: IncomingMessage,
  response: ServerResponse,
  clock: Clock,
): RequestContext & { principal?: Principal } => new IncomingContext(request, response, clock);

/**
 * What the gateway says of a request. The signal is made when first asked for: most requests ask nobody who could be
 * told to stop. It is a property of its own all the same, so that a copy of the context has it too.
 */
class IncomingContext implements RequestContext {
  readonly traceId: string;
  readonly priority: Priority;
  declare readonly deadline?: Deadline;
  declare readonly signal: AbortSignal;
  declare readonly lane?: string;
  declare readonly clientIp?: string;
  declare principal?: Principal;
  readonly #response: ServerResponse;
  #signal: AbortSignal | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, clock: Clock) {
    this.traceId = header(request, INTERNAL_HEADERS.trace) ?? '0'.repeat(32);
    this.priority = request.method === 'GET' ? 'sheddable_plus' : 'critical';
    this.#response = response;
    const deadline = Number(header(request, INTERNAL_HEADERS.deadline));
    if (deadline > 0) this.deadline = Deadline.in(deadline, clock);
    const lane = header(request, INTERNAL_HEADERS.lane);
    if (lane !== undefined) this.lane = lane;
    const clientIp = header(request, INTERNAL_HEADERS.clientIp);
    if (clientIp !== undefined) this.clientIp = clientIp;
    Object.defineProperty(this, 'signal', IncomingContext.#LAZY);
  }

  /** One getter for all: with a function each, no two contexts would have the same shape. */
  static readonly #LAZY = {
    enumerable: true,
    get(this: IncomingContext): AbortSignal {
      return (this.#signal ??= goneSignal(this.#response));
    },
  };
}

/** Aborts when nobody listens to the answer any more: it has been given, or the client has gone. */
function goneSignal(response: ServerResponse): AbortSignal {
  if (response.closed) return AbortSignal.abort(GONE);
  const gone = new AbortController();
  response.on('close', () => gone.abort(GONE));
  return gone.signal;
}

/** One for all: to take down the stack costs more than the rest of the hook, and says nothing. */
const GONE = new Error('the client has gone');

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
