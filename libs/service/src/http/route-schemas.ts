import { type Type } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { type z } from 'zod';

/** What a handler takes, by the schemas on its parameters. */
export interface RouteSchemas {
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  readonly params?: z.ZodType;
}

/** What Nest keeps of `@Body({ schema })`, `@Query({ schema })` and `@Param({ schema })`: one schema of a kind. */
export function schemasOf(controller: Type<unknown>, handler: string): RouteSchemas {
  const kept = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler) ?? {}) as Record<string, Kept>;
  const of = (kind: RouteParamtypes): z.ZodType | undefined =>
    Object.entries(kept).find(([name, { schema }]) => schema && name.startsWith(`${kind}:`))?.[1].schema;
  const [body, query, params] = [RouteParamtypes.BODY, RouteParamtypes.QUERY, RouteParamtypes.PARAM].map(of);
  return { ...(body && { body }), ...(query && { query }), ...(params && { params }) };
}

interface Kept {
  readonly schema?: z.ZodType;
}
