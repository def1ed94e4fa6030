import { problemOf, unreachable } from './problem.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Exchange {
  readonly body?: unknown;
  /** The `Idempotency-Key`. */
  readonly key?: string;
  readonly signal?: AbortSignal;
  /** Lets the request outlive the page. */
  readonly keepalive?: boolean;
}

/**
 * One request, one answer: the parsed body, `undefined` when there is none.
 * @throws Problem for every answer but 2xx, and when none came.
 */
export async function exchange(
  method: Method,
  path: string,
  accessToken: string | null,
  { body, key, signal, keepalive = false }: Exchange = {},
): Promise<unknown> {
  const headers = new Headers({ accept: 'application/json' });
  if (accessToken !== null) headers.set('authorization', `Bearer ${accessToken}`);
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (key !== undefined) headers.set('idempotency-key', key);
  const response = await fetch(path, {
    method,
    headers,
    keepalive,
    credentials: 'omit',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    throw signal?.aborted ? error : unreachable(error);
  });
  if (!response.ok) throw await problemOf(response);
  return response.status === 204 ? undefined : response.json();
}
