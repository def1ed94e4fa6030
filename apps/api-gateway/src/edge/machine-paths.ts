import { timingSafeEqual } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { answerHealth, methodNotAllowed, type Platform } from '@storey/service';

const PATHS = new Set(['/healthz', '/readyz', '/metrics']);

/** What machines ask the gateway itself. Metrics are for this machine, or for who has the token. */
export class MachinePaths {
  constructor(
    private readonly platform: Pick<Platform, 'health' | 'metrics'>,
    private readonly token: string | undefined,
  ) {}

  /** Whether this path is one of them, for who asks. */
  serves(path: string, request: IncomingMessage): boolean {
    return PATHS.has(path) && (path !== '/metrics' || this.#maySeeMetrics(request));
  }

  /** @throws AppError 405 for what is no read. */
  async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed(['GET', 'HEAD']);
    const { status, type, body } = await answerHealth(path, this.platform);
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      ...(status === 503 && { 'retry-after': '1' }),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  #maySeeMetrics({ socket, headers }: IncomingMessage): boolean {
    const isLocal = /^(?:127\.|::1$|::ffff:127\.)/.test(socket.remoteAddress ?? '');
    const forwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
    if (isLocal && !forwarded) return true;
    return this.token !== undefined && equal(headers.authorization ?? '', `Bearer ${this.token}`);
  }
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
