import { config, start } from '@storey/comment-job';
import { loadConfig } from '@storey/config';
import { type StartJob } from './bench.js';

/** The writer itself, as it runs beside the service. */
export const commentJob: StartJob = (platform) =>
  start({ ...loadConfig(config, {}), ...platform.config }, platform);
