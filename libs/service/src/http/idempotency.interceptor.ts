import { createHash } from 'node:crypto';
import { SetMetadata, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { currentContext, type Clock } from '@storey/context';
import { invalidRequest } from '@storey/errors';
import { type Kv } from '@storey/kv';
import { type Logger } from '@storey/observability';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { defer, lastValueFrom, type Observable } from 'rxjs';
import { RememberedAnswers } from './remembered-answers.js';
import { schemasOf } from './route-schemas.js';

const KEY = /^[A-Za-z0-9_-]{1,64}$/;
const PREFIXES = /^\/(?:web|app|admin)\//;
const KEEPS_OWN_KEYS = 'storey:keeps-own-keys';

/** For a route whose service binds the key to its effect more tightly than an answer kept here can. */
export const KeepsOwnKeys = (): MethodDecorator => SetMetadata(KEEPS_OWN_KEYS, true);

/**
 * `Idempotency-Key` on every POST of a signed-in caller: the work is done once per (user, key), and whoever sends it
 * again gets the answer of the first. Of the anonymous, who may only read, the key has nothing to protect.
 */
export class IdempotencyInterceptor implements NestInterceptor {
  readonly #answers: RememberedAnswers;

  constructor(kv: Kv, clock: Clock, logger: Logger) {
    this.#answers = new RememberedAnswers(kv, clock, logger);
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = keyOf(request);
    const { principal } = currentContext();
    if (key === undefined || !principal) return next.handle();
    const name = `{bff:${principal.userId}}:${key}`;
    const fingerprint = await fingerprintOf(request, context);
    if (Reflect.getMetadata(KEEPS_OWN_KEYS, context.getHandler()))
      return defer(() => this.#answers.bind(name, fingerprint, () => lastValueFrom(next.handle())));
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return defer(() => this.#once({ name, fingerprint }, next, reply));
  }

  async #once({ name, fingerprint }: Once, next: CallHandler, reply: FastifyReply): Promise<unknown> {
    const work = (): Promise<unknown> => lastValueFrom(next.handle());
    const { answer, replayed } = await this.#answers.once(name, fingerprint, work);
    if (replayed) reply.header('idempotent-replayed', 'true');
    return answer;
  }
}

interface Once {
  readonly name: string;
  readonly fingerprint: string;
}

/** @throws AppError 400 for a key that is none. */
function keyOf({ method, url, headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined || method !== 'POST' || !PREFIXES.test(url)) return undefined;
  if (typeof key === 'string' && KEY.test(key)) return key;
  const message = 'must be 1 to 64 letters, digits, underscores or hyphens';
  throw invalidRequest([{ path: 'header/Idempotency-Key', message }]);
}

/** Of the route, its parameters and the validated body: what a schema does not name does not count. */
async function fingerprintOf(request: FastifyRequest, context: ExecutionContext): Promise<string> {
  const { url, params, query } = request;
  const { body } = schemasOf(context.getClass(), context.getHandler().name);
  const checked = await body?.safeParseAsync(request.body);
  const text = JSON.stringify(
    [url.split('?', 1)[0], params, query, checked?.data],
    (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
  );
  return createHash('sha256').update(text).digest('base64url');
}
