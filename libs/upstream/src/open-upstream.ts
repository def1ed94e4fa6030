import { readFileSync } from 'node:fs';
import { systemClock, type Clock } from '@storey/context';
import { HttpUpstream } from './http/http-upstream.js';
import { Instances, type Lookup } from './http/instances.js';
import { parseUpstreamUrl } from './http/upstream-url.js';
import { InProcessUpstream, type UpstreamHub } from './in-process.js';
import { misconfigured } from './misconfigured.js';
import { type Upstream } from './upstream.js';

export interface UpstreamOptions {
  readonly clock?: Clock;
  /** Finds the addresses of a name; default: the system's resolver. */
  readonly lookup?: Lookup;
}

/**
 * The way to the BFF `name`:
 *
 * - `inproc:`: in this process, where it offers itself at `hub`.
 * - `http://host:port`: every address that the name has, asked again every 5 s; several may be listed, `http://a:1,b:1`.
 * - `https://host:port?ca=/path/ca.pem`: the same over TLS.
 *
 * @throws AppError `internal`, code `UPSTREAM_MISCONFIGURED`, that tells what to change in the URL.
 */
export function openUpstream(
  url: string,
  name: string,
  hub: UpstreamHub,
  { clock = systemClock, lookup }: UpstreamOptions = {},
): Upstream {
  if (url === 'inproc:') return new InProcessUpstream(hub, name);
  if (!/^https?:/.test(url))
    throw misconfigured(
      `The upstream URL of "${name}" must be inproc:, http://host:port or https://host:port, not "${url}".`,
    );
  const { ca, secure, addresses } = parseUpstreamUrl(url, name);
  const pem = ca === undefined ? undefined : readPem(ca, name);
  return new HttpUpstream(new Instances({ secure, addresses, ca: pem, clock, lookup }), clock);
}

function readPem(path: string, name: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw misconfigured(
      `The ca of the upstream URL of "${name}" can't be read: ${(error as Error).message}`,
      error,
    );
  }
}
