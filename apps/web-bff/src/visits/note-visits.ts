import { type FastifyInstance } from 'fastify';
import { type FirstVisits } from './first-visits.js';

/** Where a client says which day it has, its user's first visit of that day is noted before the request is served. */
export function noteVisits(fastify: FastifyInstance, visits: FirstVisits): void {
  fastify.addHook('onRequest', async ({ headers }) => {
    const date = headers['x-client-date'];
    if (typeof date === 'string') await visits.saw(date);
  });
}
