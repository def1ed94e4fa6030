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
import { type IncomingMessage } from 'node:http';
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
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort(new Error('the client has gone')));
    const enter = (principal?: Principal): void => {
      const context = { ...base(request, clock), signal: gone.signal, ...(principal && { principal }) };
      contexts.set(request.raw, context);
      runInContext(context, done);
    };
    contexts.set(request.raw, base(request, clock));
    tokens
      .verify(header(request, INTERNAL_HEADERS.token) ?? '', audience)
      .then(enter, (error: Error) => done(error));
  });
  // Reading a body leaves the context behind: its events come from the socket.
  fastify.addHook('preValidation', (request, _reply, done) => runInContext(contextOf(request), done));
}

const contexts = new WeakMap<IncomingMessage, RequestContext>();

/** The context of a request, also where the asynchronous one is lost, as in error handlers. */
export const contextOf = (request: FastifyRequest): RequestContext =>
  contexts.get(request.raw) ?? currentContext();

function base(request: FastifyRequest, clock: Clock): RequestContext {
  const deadline = Number(header(request, INTERNAL_HEADERS.deadline));
  const lane = header(request, INTERNAL_HEADERS.lane);
  const clientIp = header(request, INTERNAL_HEADERS.clientIp);
  const priority: Priority = request.method === 'GET' ? 'sheddable_plus' : 'critical';
  return {
    traceId: header(request, INTERNAL_HEADERS.trace) ?? '0'.repeat(32),
    priority,
    ...(deadline > 0 && { deadline: Deadline.in(deadline, clock) }),
    ...(lane !== undefined && { lane }),
    ...(clientIp !== undefined && { clientIp }),
  };
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
