export { config } from './config.js';
export { start } from './start.js';
export type { RunningGateway } from './start.js';
