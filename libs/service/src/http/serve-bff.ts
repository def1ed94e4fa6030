import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Clock } from '@storey/context';
import { parseUpstreamUrl, type RequestListener, type UpstreamUrl } from '@storey/upstream';
import { type FastifyInstance } from 'fastify';
import { listen } from '../listen.js';
import { type Platform, type RunningApp } from '../platform.js';
import { type Bff } from '../ports.js';
import { platformConfig } from '../platform-config.js';
import { StartError } from '../start-error.js';

const SETTINGS = {
  'web-bff': 'upstreamWebUrl',
  'app-bff': 'upstreamAppUrl',
  'admin-bff': 'upstreamAdminUrl',
} as const;

const BOUNDS = {
  headersTimeout: 10_000,
  /** Longer than the gateway keeps an idle connection: it never sends a request into one that is closing. */
  keepAliveTimeout: 30_000,
  requestTimeout: 300_000,
  /** What the gateway takes, and what it adds. */
  maxHeaderSize: 32 * 1024,
} as const;

/** How long requests that run may take at the end, ms. */
const DRAIN_MS = 8_000;
const LOOK_AGAIN_MS = 50;

/** Sees a request before the framework does: answers it, or gives it to `usual`. */
export type Front = (request: IncomingMessage, response: ServerResponse, usual: RequestListener) => void;

export interface ServeOptions {
  readonly front?: Front;
  /** What else must end between the last request and the end of the application. */
  readonly beforeClose?: () => Promise<void>;
}

/**
 * Makes a BFF reachable for the gateway, as its upstream URL says: in this process, or on HOST and the port of the URL.
 * `close` takes it away, lets requests end (8 s at most; streams of events end at once), and closes the application.
 *
 * @throws StartError when the port is not to be had.
 */
export async function serveBff(
  app: NestFastifyApplication,
  platform: Platform,
  name: Bff,
  { front, beforeClose }: ServeOptions = {},
): Promise<RunningApp> {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const usual: RequestListener = (request, response) => fastify.routing(request, response);
  const listener: RequestListener = front ? (request, response) => front(request, response, usual) : usual;
  const withdraw = await offer(platform, name, listener);
  return {
    close: async () => {
      await withdraw();
      await beforeClose?.();
      await app.close();
    },
  };
}

/** @returns what takes the BFF away again. */
async function offer(
  { ports, config, clock }: Platform,
  name: Bff,
  listener: RequestListener,
): Promise<() => Promise<void>> {
  const setting = SETTINGS[name];
  const url = config[setting];
  if (url === 'inproc:') {
    const withdraw = ports.upstreamHub.serve(name, listener);
    return async () => withdraw();
  }
  const parsed = parseUpstreamUrl(url, name);
  const [{ port }, ...others] = parsed.addresses;
  if (others.length > 0) throw new StartError(`${name} needs an upstream URL with its own address alone.`);
  const open = new OpenAnswers(listener);
  const server = serverOf(parsed, name, open.handle);
  await listen(server, { host: config.host, port }, platformConfig[setting].env);
  return () => open.drain(server, clock);
}

function serverOf({ secure, cert, key }: UpstreamUrl, name: Bff, listener: RequestListener): Server {
  if (!secure) return createServer(BOUNDS, listener);
  if (cert === undefined || key === undefined)
    throw new StartError(`The upstream URL of ${name} needs ?cert= and &key= for it to be served over TLS.`);
  return createSecureServer({ ...BOUNDS, cert: readPem(cert), key: readPem(key) }, listener);
}

function readPem(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new StartError((error as Error).message, { cause: error });
  }
}

/** The answers that are being given, and their end. */
class OpenAnswers {
  readonly #open = new Set<ServerResponse>();
  readonly #streams = new Set<ServerResponse>();
  readonly #listener: RequestListener;
  #draining = false;

  constructor(listener: RequestListener) {
    this.#listener = listener;
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    if (this.#draining) response.setHeader('connection', 'close');
    const kind = request.headers.accept === 'text/event-stream' ? this.#streams : this.#open;
    kind.add(response);
    response.once('close', () => kind.delete(response));
    this.#listener(request, response);
  };

  /** Takes no new connection, ends idle ones and event streams, waits for the rest, cuts what is late. */
  async drain(server: Server, clock: Clock): Promise<void> {
    this.#draining = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const end = clock.monotonic() + DRAIN_MS;
    for (const response of this.#streams) response.destroy();
    while (this.#open.size > 0 && clock.monotonic() < end) {
      await clock.sleep(LOOK_AGAIN_MS);
      server.closeIdleConnections();
    }
    server.closeAllConnections();
    await closed;
  }
}
