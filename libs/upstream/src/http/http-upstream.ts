import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Clock } from '@storey/context';
import { deadlineExceeded, outcomeUnknown, unavailable, type AppError } from '@storey/errors';
import { type Dispatcher, type Pool } from 'undici';
import { Upstream } from '../upstream.js';
import { Exchange, Unanswered, bodyOf, hasBody } from './exchange.js';
import { requestHeaders } from './headers.js';
import { type Instance } from './instance.js';
import { type Instances } from './instances.js';

/** What the BFF gets beyond the deadline of the request, to say itself that it is over, ms. */
const DEADLINE_SLACK_MS = 500;
/** For requests without a deadline: nothing said and nothing taken for this long, ms. */
const SILENCE_MS = 60_000;
const PING_MS = 400;
/** The first try and one more, at another instance if there is one. */
const TRIES = 2;

/** BFFs in processes of their own, by HTTP/1.1. */
export class HttpUpstream extends Upstream {
  constructor(
    private readonly instances: Instances,
    private readonly clock: Clock,
  ) {
    super();
  }

  async forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let failed: Instance | undefined;
    for (let tries = 1; ; tries++) {
      const instance = await this.instances.pick(failed);
      try {
        return await this.#try(instance, request, response);
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
        // The connection of the client broke, not that of the instance.
        if (request.socket.destroyed) return;
        instance.failed(this.clock.monotonic());
        if (tries === TRIES || !mayBeSentAgain(error, request)) throw toAppError(error, request);
        failed = instance;
      }
    }
  }

  /** Any answer will do: it shows that somebody is there who reads. */
  async ping(): Promise<void> {
    const instance = await this.instances.pick();
    try {
      await instance.use(false, async (pool) => {
        const options = { path: '/', method: 'HEAD', headersTimeout: PING_MS, reset: true };
        const { body } = await pool.request({ ...options, signal: AbortSignal.timeout(PING_MS) });
        await body.dump();
      });
    } catch (error) {
      throw unavailable('A part of the system does not answer.', error);
    }
  }

  async close(): Promise<void> {
    await this.instances.close();
  }

  async #try(instance: Instance, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const streams = request.headers.accept === 'text/event-stream';
    if (!streams && instance.isFull) throw unavailable('A part of the system has too much to do.');
    await instance.use(streams, async (pool) => {
      const exchange = new Exchange(request, response);
      send(pool, request, exchange);
      await exchange.over;
    });
    instance.answered();
  }
}

function send(pool: Pool, request: IncomingMessage, exchange: Exchange): void {
  const deadline = Number(request.headers['x-deadline-ms']);
  // The types of undici know no iterables, its documentation does.
  const body = (hasBody(request) ? bodyOf(request) : null) as Dispatcher.DispatchOptions['body'];
  const options: Dispatcher.DispatchOptions = {
    method: request.method as Dispatcher.HttpMethod,
    path: request.url ?? '/',
    headers: requestHeaders(request),
    body: body ?? null,
    headersTimeout: deadline > 0 ? deadline + DEADLINE_SLACK_MS : SILENCE_MS,
    reset: false,
  };
  pool.dispatch(options, exchange);
}

/** Whatever never left us; and a read without a body whose connection broke: that has no effect however often it comes. */
function mayBeSentAgain({ sent, cause }: Unanswered, request: IncomingMessage): boolean {
  return !sent || (isRead(request) && !hasBody(request) && !isTimeout(cause));
}

function toAppError({ sent, cause }: Unanswered, request: IncomingMessage): AppError {
  if (!sent) return unavailable('A part of the system does not answer.', cause);
  if (!isRead(request)) return outcomeUnknown(cause);
  if (isTimeout(cause)) return deadlineExceeded(cause);
  return unavailable('A part of the system does not answer.', cause);
}

const isRead = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

const isTimeout = (cause: Error): boolean => 'code' in cause && cause.code === 'UND_ERR_HEADERS_TIMEOUT';
