import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Principal } from '@storey/context';
import { httpStatus, problemHeaders, toAppError, toProblem } from '@storey/errors';
import { INTERNAL_HEADERS, type Platform } from '@storey/service';
import { requireRole, type Identity } from '../identity/identity.js';
import { budgetOf } from './budget.js';
import { canonicalPath } from './canonical-path.js';
import { type Cohorts } from './cohorts.js';
import { type Cors } from './cors.js';
import { checkFraming, checkLength } from './framing.js';
import { setSecurityHeaders, stripForeign } from './headers.js';
import { type MachinePaths } from './machine-paths.js';
import { clientIp, type RealIpRule } from './real-ip.js';
import { routeOf } from './routing-table.js';
import { traceIdOf } from './trace.js';

export interface EdgeOptions {
  readonly identity: Identity;
  readonly machine: MachinePaths;
  readonly cohorts: Pick<Cohorts, 'run'>;
  readonly cors: Cors;
  readonly realIp: RealIpRule;
  readonly platform: Pick<Platform, 'ports' | 'tokens' | 'logger' | 'metrics'>;
}

/** Takes a request from outside to its BFF: knows addresses, tokens, roles by prefix and time, but no business. */
export class Edge {
  readonly #options: EdgeOptions;
  readonly #duration;

  constructor(options: EdgeOptions) {
    this.#options = options;
    this.#duration = options.platform.metrics.histogram(
      'storey_http_seconds',
      'Time to the end of an answer',
      ['bff', 'status'],
    );
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const traceId = traceIdOf(request.headers.traceparent);
    try {
      setSecurityHeaders(response, traceId, this.#isTls(request));
      checkFraming(request);
      const [path, query] = splitUrl(request.url ?? '/');
      const { machine, cors } = this.#options;
      if (machine.serves(path, request)) return await machine.answer(path, request, response);
      if (cors.handle(request, response)) return;
      const asked = { path: canonicalPath(path), query, traceId };
      const forward = (): Promise<void> => this.#forward(request, response, asked);
      await (reads(request) ? forward() : this.#options.cohorts.run(forward));
    } catch (error) {
      this.#answerError(error, request, response, traceId);
    }
  }

  async #forward(
    request: IncomingMessage,
    response: ServerResponse,
    { path, query, traceId }: Asked,
  ): Promise<void> {
    const started = performance.now();
    const { ports } = this.#options.platform;
    const route = routeOf(path);
    const principal = await this.#options.identity.of(request);
    requireRole(principal, route.roles);
    checkLength(request, route);
    const budgetMs = budgetOf(request, route);
    request.url = query === undefined ? path : `${path}?${query}`;
    this.#handOver(request, route.bff, { principal, traceId, budgetMs });
    await ports.upstream(route.bff).forward(request, response);
    this.#duration.observe((performance.now() - started) / 1000, {
      bff: route.bff,
      status: `${Math.floor(response.statusCode / 100)}xx`,
    });
  }

  /** Replaces what the client said about itself by what we know. */
  #handOver(request: IncomingMessage, bff: string, known: Known): void {
    const { headers } = request;
    const lane = known.principal?.roles.some((role) => role !== 'user') ? headers['x-lane'] : undefined;
    const ip = clientIp(request, this.#options.realIp);
    stripForeign(request);
    // Not deleted: an object that lost a property is slow for everyone who reads it after us.
    if (headers.authorization !== undefined) headers.authorization = undefined;
    headers[INTERNAL_HEADERS.token] = this.#options.platform.tokens.mint(known.principal, bff);
    headers[INTERNAL_HEADERS.trace] = known.traceId;
    headers[INTERNAL_HEADERS.clientIp] = ip;
    if (known.budgetMs > 0) headers[INTERNAL_HEADERS.deadline] = String(Math.ceil(known.budgetMs));
    if (lane !== undefined && /^[a-z0-9-]{1,32}$/.test(String(lane))) headers[INTERNAL_HEADERS.lane] = lane;
  }

  #isTls(request: IncomingMessage): boolean {
    const rule = this.#options.realIp;
    const behindProxy = rule.by === 'header' || rule.hops > 0;
    return behindProxy && request.headers['x-forwarded-proto'] === 'https';
  }

  #answerError(thrown: unknown, request: IncomingMessage, response: ServerResponse, traceId: string): void {
    const error = toAppError(thrown);
    if (error.kind === 'internal')
      this.#options.platform.logger.error('the gateway failed', error.cause ?? error, { traceId });
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const [path = '/'] = splitUrl(request.url ?? '/');
    if (!request.complete) response.setHeader('connection', 'close');
    const body = JSON.stringify(toProblem(error, path, traceId));
    response.setHeader('content-length', Buffer.byteLength(body));
    response.writeHead(httpStatus(error.kind), problemHeaders(error));
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}

interface Asked {
  /** Canonical. */
  readonly path: string;
  readonly query: string | undefined;
  readonly traceId: string;
}

interface Known {
  readonly principal: Principal | undefined;
  readonly traceId: string;
  readonly budgetMs: number;
}

const reads = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

function splitUrl(url: string): readonly [string, string?] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url] : [url.slice(0, mark), url.slice(mark + 1)];
}
