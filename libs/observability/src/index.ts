export { LOG_LEVELS, Logger, createLogger } from './logger.js';
export type { Fields, LogLevel } from './logger.js';
export { Metrics } from './metrics.js';
