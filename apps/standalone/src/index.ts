export { config, start } from './start.js';
export type { RunningProduct } from './start.js';
