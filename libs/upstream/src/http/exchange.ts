import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Dispatcher } from 'undici';
import { copyHead } from './headers.js';

/** Why there is no answer, while one could still be given by somebody else. */
export class Unanswered extends Error {
  constructor(
    override readonly cause: Error,
    /** Whether anything of the request has left us. */
    readonly sent: boolean,
  ) {
    super('The upstream did not answer.', { cause });
    this.name = 'Unanswered';
  }
}

/** One request and its answer, each chunk handed on as it comes and asked for when the other side has room. */
export class Exchange implements Dispatcher.DispatchHandler {
  /** When the response is over, whoever ended it. @throws Unanswered */
  readonly over: Promise<void>;
  readonly #settle: PromiseWithResolvers<void>;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #controller: Dispatcher.DispatchController | undefined;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
    this.#settle = Promise.withResolvers<void>();
    this.over = this.#settle.promise;
    response.on('close', this.#closed);
    if (response.closed) this.#closed();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#response.closed) this.#closed();
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return;
    const response = this.#response;
    copyHead(headers, this.#request, response);
    response.on('drain', () => controller.resume());
    response.writeHead(status);
    // With the first chunk, when that came along; alone, when it lets itself be waited for.
    setImmediate(() => response.closed || response.flushHeaders());
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#response.write(chunk)) controller.pause();
  }

  onResponseEnd(_controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    if (this.#response.hasHeader('trailer')) this.#response.addTrailers(trailers as Record<string, string>);
    this.#response.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#response.headersSent) {
      // What has begun can't be taken back; that it is not whole must be seen.
      this.#response.destroy();
      return;
    }
    this.#response.off('close', this.#closed);
    this.#settle.reject(new Unanswered(error, this.#controller !== undefined));
  }

  readonly #closed = (): void => {
    if (!this.#response.writableFinished) this.#controller?.abort(GONE);
    this.#settle.resolve();
  };
}

const GONE = new Error('The client has gone.');

/**
 * The body of a request, for a reader who may stop in the midst of it: what is left is thrown away as it comes. The
 * request itself stays whole, since the answer goes over the same socket.
 */
export async function* bodyOf(request: IncomingMessage): AsyncGenerator<Buffer, void> {
  try {
    yield* request.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  } finally {
    request.resume();
  }
}

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
