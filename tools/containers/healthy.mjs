import { get } from 'node:http';

/** Ends with 0 when the app of this container takes traffic. For a health check: the image has no curl. */
get({ port: process.env.PORT, path: '/readyz' }, ({ statusCode }) =>
  process.exit(statusCode === 200 ? 0 : 1),
).on('error', () => process.exit(1));
