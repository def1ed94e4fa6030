import { type Type, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyInstance } from 'fastify';
import { type Platform } from '../platform.js';
import { type Bff } from '../ports.js';
import { AllowedMethods } from './allowed-methods.js';
import { useStrictBodies } from './body-parser.js';
import { useValidators } from './conditional.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { useInternalIdentity } from './internal-identity.js';
import { NestLogger } from './nest-logger.js';
import { ProblemFilter, answerRouterError } from './problem.filter.js';
import { ValidationPipe } from './validation.pipe.js';
import { useWholeAnswers } from './whole-answers.js';

export interface BffOptions {
  readonly name: Bff;
  readonly module: Type<unknown> | DynamicModule;
  readonly platform: Platform;
  /** Routes whose body is a file: handed to the controller as a stream, of any size. */
  readonly streamed?: readonly string[];
  /** Routes whose body is a form instead of JSON. */
  readonly forms?: readonly string[];
  /** Plugins and routes besides the controllers, e.g. the built site. Runs before the controllers are bound. */
  readonly configure?: (fastify: FastifyInstance, app: NestFastifyApplication) => Promise<void> | void;
}

/** Bytes of a request body. */
export const MAX_BODY = 1024 * 1024;

/** The Nest application of a BFF, ready to be served: strict input, idempotent POSTs, problem+json for every error, ETags. */
export async function createBff({
  name,
  module,
  platform,
  streamed,
  forms,
  configure,
}: BffOptions): Promise<NestFastifyApplication> {
  const logger = platform.logger.child({ app: name });
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: answerRouterError,
  });
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  const allowed = AllowedMethods.of(fastify);
  useInternalIdentity(fastify, name, platform.tokens, platform.clock);
  useStrictBodies(fastify, { streamed, forms });
  useValidators(fastify);
  useWholeAnswers(fastify);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter(logger, allowed));
  app.useGlobalInterceptors(new IdempotencyInterceptor(platform.ports.kvState, platform.clock, logger));
  app.useGlobalPipes(new ValidationPipe());
  await configure?.(fastify, app);
  await app.init();
  await fastify.ready();
  return app;
}
