import { STATUS_CODES } from 'node:http';
import { type INestApplication } from '@nestjs/common';
import { type OpenAPIObject } from '@nestjs/swagger';

type PathItem = OpenAPIObject['paths'][string];
export type Operation = NonNullable<PathItem['get']>;

export const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;
export type Method = (typeof METHODS)[number];

/**
 * The OpenAPI description of what this BFF serves: paths, parameters and bodies come from the very schemas that
 * requests are checked with. The package is loaded when somebody asks, as nothing else needs it.
 */
export async function apiDocument(app: INestApplication): Promise<OpenAPIObject> {
  const { DocumentBuilder, SwaggerModule } = await import('@nestjs/swagger');
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Storey')
    .setDescription(
      'Comments and watch history, as the web site uses them. Clients translate errors by `code`.',
    )
    .setVersion('1')
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  for (const { path, method, operation } of operationsOf(document)) complete(operation, method, path);
  return {
    ...document,
    // A token is never needed for reading comments, and always looked at when there is one.
    security: [{ bearer: [] }, {}],
    components: { ...document.components, schemas: { ...document.components?.schemas, Problem: PROBLEM } },
  };
}

export interface Listed {
  readonly path: string;
  readonly method: Method;
  readonly operation: Operation;
}

export function operationsOf({ paths }: Pick<OpenAPIObject, 'paths'>): readonly Listed[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ path, method, operation }] : [];
    }),
  );
}

/** Adds what holds for every route of its kind. */
function complete(operation: Operation, method: Method, path: string): void {
  operation.tags = [tagOf(path)];
  for (const [status, response] of Object.entries(operation.responses))
    if (response && 'description' in response) response.description ||= STATUS_CODES[status] ?? status;
  operation.responses['default'] = {
    description: 'Refused, RFC 9457',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  if (method === 'post' && path.startsWith('/web/')) {
    // Nest lists a header that a handler asks for by itself; this one has a shape.
    const others = operation.parameters?.filter((each) => !('in' in each) || each.in !== 'header') ?? [];
    operation.parameters = [...others, IDEMPOTENCY_KEY];
  }
}

/** The capability: what follows the version. */
function tagOf(path: string): string {
  const [, area = '', , name = ''] = path.split('/');
  if (area !== 'web') return 'accounts';
  return name === 'subjects' ? 'comments' : name;
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  description: 'Makes it safe to send the request again for 24 hours.',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' },
};

const text = { type: 'string' };

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'instance', 'traceId'],
  properties: {
    type: text,
    title: text,
    status: { type: 'integer' },
    detail: text,
    code: text,
    instance: text,
    traceId: text,
    errors: {
      type: 'array',
      items: { type: 'object', required: ['path', 'message'], properties: { path: text, message: text } },
    },
  },
};
