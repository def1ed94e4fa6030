import { exchange, type Exchange, type Method } from './exchange.js';
import { Problem } from './problem.js';
import { session } from './signed-in.js';

/**
 * A request in the name of whoever is signed in. An access token that ran out is renewed on the way; when the session
 * is over, the request goes out once more without it, as from anybody.
 */
export async function call<T>(method: Method, path: string, options: Exchange = {}): Promise<T> {
  const token = session.value?.accessToken ?? null;
  try {
    return (await exchange(method, path, token, options)) as T;
  } catch (error) {
    if (token === null || !isRefusedToken(error)) throw error;
    await session.renew(token);
    return (await exchange(method, path, session.value?.accessToken ?? null, options)) as T;
  }
}

const isRefusedToken = (error: unknown): boolean =>
  error instanceof Problem && error.status === 401 && error.code === 'GATEWAY_TOKEN_INVALID';

/** `?a=1&b=2` of what is given. */
export function query(parameters: Readonly<Record<string, string | null | undefined>>): string {
  const given = Object.entries(parameters).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
