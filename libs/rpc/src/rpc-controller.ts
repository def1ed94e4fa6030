import { type DescService } from '@bufbuild/protobuf';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { type Handlers } from './typed.js';

/**
 * A Nest controller whose methods serve the equally named methods of `service`: `@Controller()` on the class and
 * `@GrpcMethod(service, method)` on each of them, with names that cannot be misspelt and types that are checked.
 */
export function RpcController<S extends DescService>(service: S) {
  return <T extends Partial<Handlers<S>>>(target: abstract new (...args: never[]) => T): void => {
    Controller()(target);
    const prototype = target.prototype as object;
    for (const { name, localName } of service.methods) {
      const descriptor = Object.getOwnPropertyDescriptor(prototype, localName);
      if (descriptor) GrpcMethod(service.name, name)(prototype, localName, descriptor);
    }
  };
}
