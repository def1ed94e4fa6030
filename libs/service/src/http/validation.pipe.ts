import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { invalidRequest, type FieldError } from '@storey/errors';

/**
 * Runs the schema that stands on a parameter (`@Body({ schema })`, `@Query({ schema })`, `@Param({ schema })`) and answers
 * 400 with every wrong field. Members that the schema doesn't name are dropped.
 */
@Injectable()
export class ValidationPipe implements PipeTransform {
  async transform(value: unknown, { schema, type }: ArgumentMetadata): Promise<unknown> {
    if (!schema) return value;
    const result = await schema['~standard'].validate(value);
    if (!result.issues) return result.value;
    throw invalidRequest(result.issues.map((issue) => fieldError(issue, type)));
  }
}

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

function fieldError({ message, path = [] }: Issue, type: ArgumentMetadata['type']): FieldError {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
  const prefix = type === 'param' ? 'path' : type;
  if (type === 'body')
    return {
      path: keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
      message,
    };
  return { path: `${prefix}/${keys.join('.')}`, message };
}
