import { AppError } from '@storey/errors';
import { type FastifyInstance } from 'fastify';

/** Tells 405 from 404: which methods the routes that match a path have. */
export class AllowedMethods {
  readonly #routes: { readonly method: string; readonly pattern: RegExp }[] = [];

  /** Must be called before any route is added. */
  static of(fastify: FastifyInstance): AllowedMethods {
    const allowed = new AllowedMethods();
    fastify.addHook('onRoute', ({ method, url }) => {
      if (url.includes('*')) return;
      for (const each of [method].flat()) allowed.#routes.push({ method: each, pattern: toPattern(url) });
    });
    return allowed;
  }

  /** The error for a path that exists, but not with this method; `undefined` for a path that doesn't exist at all. */
  otherMethods(method: string, path: string): AppError | undefined {
    const methods = new Set(
      this.#routes.filter(({ pattern }) => pattern.test(path)).map((route) => route.method),
    );
    if (methods.size === 0 || methods.has(method)) return undefined;
    return methodNotAllowed([...methods]);
  }
}

export const methodNotAllowed = (allow: readonly string[]): AppError =>
  new AppError({
    kind: 'method_not_allowed',
    code: 'COMMON_METHOD_NOT_ALLOWED',
    message: `This path allows ${allow.join(', ')}.`,
    details: { allow },
  });

function toPattern(url: string): RegExp {
  const source = url
    .split('/')
    .map((segment) => (segment.startsWith(':') ? '[^/]+' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('/');
  return new RegExp(`^${source}$`);
}
