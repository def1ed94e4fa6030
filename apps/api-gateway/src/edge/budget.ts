import { type IncomingMessage } from 'node:http';
import { invalidRequest } from '@storey/errors';
import { type Route } from './routing-table.js';

/**
 * Milliseconds this request may take: the route's, or what the client asks for when that is less. 0 = no bound: a route
 * without one, and event streams.
 */
export function budgetOf(request: IncomingMessage, route: Route): number {
  const own = isRead(request) ? route.readMs : route.writeMs;
  const asked = request.headers['x-request-timeout-ms'];
  const wanted = asked === undefined ? Infinity : parse(String(asked));
  if (own === 0 || (isRead(request) && request.headers.accept === 'text/event-stream')) return 0;
  return Math.min(own, wanted);
}

function parse(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw invalidRequest([
    { path: 'header/x-request-timeout-ms', message: 'must be a positive whole number of milliseconds' },
  ]);
}

const isRead = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';
