export { Upstream } from './upstream.js';
export { UpstreamHub } from './in-process.js';
export type { RequestListener } from './in-process.js';
export { openUpstream } from './open-upstream.js';
