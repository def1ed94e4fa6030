import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { AppError, httpStatus, invalidRequest, problemHeaders, toProblem } from '@storey/errors';
import { newTraceId } from '@storey/context';

/** A connection says its headers in 10 s and its whole request in 10 s, idles 5 s, and there are only so many. */
const BOUNDS = {
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  maxHeaderSize: 16 * 1024,
  connectionsCheckingInterval: 2_000,
  insecureHTTPParser: false,
} as const;
const MAX_CONNECTIONS = 20_000;
const MAX_HEADERS = 200;

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export function createEdgeServer(handler: Handler): Server {
  const server = createServer(BOUNDS, handler);
  server.maxConnections = MAX_CONNECTIONS;
  server.maxHeadersCount = MAX_HEADERS;
  server.on('clientError', answerClientError);
  return server;
}

/** What the parser refused never became a request, so the answer is written by hand. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { problem, status } = describe(error);
  const body = JSON.stringify(toProblem(problem, '', newTraceId()));
  const headers = {
    ...problemHeaders(problem),
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status}\r\n${head.join('')}\r\n${body}`);
}

function describe(error: NodeJS.ErrnoException): { readonly problem: AppError; readonly status: string } {
  if (error.code === 'HPE_HEADER_OVERFLOW')
    return {
      problem: unreadable('The headers are too large.'),
      status: '431 Request Header Fields Too Large',
    };
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return { problem: unreadable('The request took too long to arrive.'), status: '408 Request Timeout' };
  const problem = invalidRequest([{ path: '', message: 'is not valid HTTP' }]);
  return { problem, status: `${httpStatus(problem.kind)} Bad Request` };
}

const unreadable = (message: string): AppError =>
  new AppError({ kind: 'invalid', code: 'COMMON_REQUEST_INVALID', message });
