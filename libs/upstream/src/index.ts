export { Upstream } from './upstream.js';
export { UpstreamHub } from './in-process.js';
export type { RequestListener } from './in-process.js';
export { openUpstream } from './open-upstream.js';
export type { UpstreamOptions } from './open-upstream.js';
export { parseUpstreamUrl } from './http/upstream-url.js';
export type { UpstreamUrl } from './http/upstream-url.js';
