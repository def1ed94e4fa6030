import { Catch, type ExceptionFilter, type Provider } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { throwError, type Observable } from 'rxjs';

/** Hands every error on as it is; without it Nest replaces all but its own by "Internal server error". */
@Catch()
export class RpcErrorFilter implements ExceptionFilter {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}

/**
 * Belongs first into the providers of the root module of an app that serves rpc: Nest asks global filters in
 * reverse order, so that every other filter is asked before this one, which takes all.
 */
export const rpcErrors: Provider = { provide: APP_FILTER, useClass: RpcErrorFilter };
