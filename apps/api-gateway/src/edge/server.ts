import {
  STATUS_CODES,
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type Duplex } from 'node:stream';
import { AppError, httpStatus, invalidRequest, problemHeaders, toProblem } from '@storey/errors';
import { newTraceId } from '@storey/context';
import { methodNotAllowed } from '@storey/service';
import { METHODS } from './framing.js';
import { securityHeaders } from './headers.js';

/** A connection says its headers in 10 s and its whole request in 10 s, idles 5 s, and there are only so many. */
const BOUNDS = {
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  maxHeaderSize: 16 * 1024,
  connectionsCheckingInterval: 2_000,
  insecureHTTPParser: false,
  /** Node would answer without a body; `checkFraming` does it in our words. */
  requireHostHeader: false,
} as const;
const MAX_CONNECTIONS = 20_000;
/** Lines; one more is 431. */
const MAX_HEADERS = 200;

/** On the connection itself: the garbage collector dislikes a WeakMap that is written at every request. */
const LATEST = Symbol('latest answer');
type Connection = Duplex & { [LATEST]?: ServerResponse };

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export function createEdgeServer(handler: Handler): Server {
  const handle: Handler = (request, response) => {
    (request.socket as Connection)[LATEST] = response;
    handler(request, response);
  };
  const server = createServer(BOUNDS, handle);
  server.maxConnections = MAX_CONNECTIONS;
  server.maxHeadersCount = MAX_HEADERS;
  server.on('checkExpectation', handle); // an expectation may be ignored; Node's 417 has no body
  server.on('connect', (_request, socket) => refuse(socket, methodNotAllowed(METHODS)));
  server.on('clientError', (error: ParserError, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET' || isOwed((socket as Connection)[LATEST]))
      socket.destroy();
    else refuse(socket, ...describe(error));
  });
  return server;
}

/** Whether something else is to be said on this connection first: what we would write now would pass for it. */
function isOwed(response: ServerResponse | undefined): boolean {
  if (!response || response.writableEnded) return false;
  return response.headersSent || response.req.complete;
}

/** What the parser refused never became a request, so the answer is written by hand. */
function refuse(socket: Duplex, error: AppError, status = httpStatus(error.kind)): void {
  const traceId = newTraceId();
  const body = JSON.stringify({ ...toProblem(error, '', traceId), status });
  const headers = {
    ...securityHeaders(traceId),
    ...problemHeaders(error),
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${body}`);
}

/** What the parser says; `rawPacket` are the bytes that it stumbled over. */
type ParserError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

function describe(error: ParserError): readonly [AppError, number?] {
  if (error.code === 'HPE_HEADER_OVERFLOW') return [unreadable('The headers are too large.'), 431];
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return [unreadable('The request took too long to arrive.'), 408];
  if (error.code === 'HPE_INVALID_METHOD' && isRequestLine(error)) return [methodNotAllowed(METHODS)];
  return [invalidRequest([{ path: '', message: 'is not valid HTTP' }])];
}

/** A verb that nobody knows, not bytes that are no HTTP at all. */
const isRequestLine = ({ rawPacket }: ParserError): boolean =>
  /^[A-Z][A-Z-]{0,31} \/\S* HTTP\/1\.[01]\r\n/.test(rawPacket?.toString('latin1') ?? '');

const unreadable = (message: string): AppError =>
  new AppError({ kind: 'invalid', code: 'COMMON_REQUEST_INVALID', message });
