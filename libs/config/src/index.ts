export { loadConfig } from './load-config.js';
export type { ConfigEntry, ConfigOf, ConfigShape } from './load-config.js';
export { ConfigError } from './config-error.js';
export { integer, oneOf, optionalText, text, url } from './entries.js';
