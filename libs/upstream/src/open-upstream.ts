import { InProcessUpstream, type UpstreamHub } from './in-process.js';
import { type Upstream } from './upstream.js';

/** The one place where the scheme of an upstream URL picks the adapter. */
export function openUpstream(url: string, name: string, hub: UpstreamHub): Upstream {
  if (url.startsWith('inproc:')) return new InProcessUpstream(hub, name);
  throw new Error(`no upstream adapter for "${url}"; known: inproc:`);
}
