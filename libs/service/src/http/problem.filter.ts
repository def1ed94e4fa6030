import {
  Catch,
  HttpException,
  NotFoundException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import {
  AppError,
  invalidRequest,
  isAppError,
  notFound,
  problemHeaders,
  toAppError,
  toProblem,
  httpStatus,
} from '@storey/errors';
import { currentContext, runInContext } from '@storey/context';
import { type Logger } from '@storey/observability';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type AllowedMethods } from './allowed-methods.js';
import { INTERNAL_HEADERS, contextOf } from './internal-identity.js';

/** Turns whatever was thrown into problem+json, and logs what is our own fault: once, here, outermost. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly routes: AllowedMethods,
  ) {}

  async catch(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const path = request.url.split('?', 1)[0] ?? '/';
    const error = this.#toAppError(thrown, request.method, path);
    const context = contextOf(request);
    runInContext(context, () => report(this.logger, error, request.method, path));
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    const body = JSON.stringify(toProblem(error, path, context.traceId));
    await reply.code(httpStatus(error.kind)).headers(problemHeaders(error)).send(body);
  }

  #toAppError(thrown: unknown, method: string, path: string): AppError {
    if (thrown instanceof NotFoundException) return this.routes.otherMethods(method, path) ?? notFound();
    return fromFramework(thrown) ?? toAppError(thrown);
  }
}

/** For what Fastify's router refuses before there is a route, so before any hook: it would answer in its own words. */
export function answerRouterError(thrown: Error, request: FastifyRequest, reply: FastifyReply): void {
  const path = request.url.split('?', 1)[0] ?? '/';
  const error = fromFramework(thrown) ?? toAppError(thrown);
  const traceId = String(request.headers[INTERNAL_HEADERS.trace] ?? currentContext().traceId);
  const body = JSON.stringify(toProblem(error, path, traceId));
  reply.raw.setHeader('content-length', Buffer.byteLength(body));
  reply.raw.writeHead(httpStatus(error.kind), problemHeaders(error));
  reply.raw.end(request.method === 'HEAD' ? undefined : body);
}

function report(logger: Logger, error: AppError, method: string, path: string): void {
  const fields = { method, path, code: error.code };
  if (error.kind === 'internal') logger.error('request failed', error.cause ?? error, fields);
  else if (error.kind === 'unavailable' || error.kind === 'outcome_unknown')
    logger.warn(error.message, { ...fields, cause: String(error.cause ?? '') });
  else logger.debug('request refused', { ...fields, detail: error.message });
}

/** What Fastify and Nest throw by themselves, in the words of the contract. */
function fromFramework(thrown: unknown): AppError | undefined {
  if (isAppError(thrown)) return thrown;
  if (thrown instanceof HttpException) return byStatus(thrown.getStatus(), thrown);
  const status = (thrown as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? byStatus(status, thrown) : undefined;
}

function byStatus(status: number, cause: unknown): AppError | undefined {
  if (status === 404) return notFound();
  if (status === 413)
    return new AppError({
      kind: 'too_large',
      code: 'COMMON_TOO_LARGE',
      message: 'The body is larger than 1 MiB.',
      cause,
    });
  if (status === 415) return unsupportedMedia(cause);
  if (status >= 400 && status < 500)
    return invalidRequest([{ path: '', message: 'could not be read' }], cause);
  return undefined;
}

export const unsupportedMedia = (cause?: unknown): AppError =>
  new AppError({
    kind: 'unsupported_media',
    code: 'COMMON_UNSUPPORTED_MEDIA',
    message: 'Send application/json in UTF-8, not compressed.',
    cause,
  });
