export { config } from './config.js';
export { start } from './start.js';
export type { StartOptions } from './start.js';
