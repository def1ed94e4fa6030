import { type FastifyInstance } from 'fastify';
import { type Platform } from '../platform.js';
import { FirstVisits } from './first-visits.js';

/**
 * Where a client says which day it has, its user's first visit of that day is told of before the request is served.
 * @param tell a visitor waits for it, so it has a short time; once for a user and day, again has no effect.
 */
export function noteVisits(
  fastify: FastifyInstance,
  tell: (date: string) => Promise<unknown>,
  { clock, logger }: Pick<Platform, 'clock' | 'logger'>,
): void {
  const visits = new FirstVisits(tell, clock, logger);
  fastify.addHook('onRequest', ({ headers }, _reply, done) => {
    const date = headers['x-client-date'];
    if (typeof date === 'string') visits.saw(date).then(() => done(), done);
    else done();
  });
}
