import { AppError } from '@storey/errors';

/** A message that protobuf lets a service leave out and our contract does not. @throws AppError `internal` */
export function required<T>(message: T | undefined, name: string): T {
  if (message !== undefined) return message;
  throw new AppError({
    kind: 'internal',
    code: 'COMMON_INTERNAL',
    message: 'Something went wrong on our side.',
    cause: new Error(`the service's answer has no ${name}`),
  });
}
