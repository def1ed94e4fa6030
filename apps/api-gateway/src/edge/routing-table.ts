import { type Bff } from '@storey/service';
import { type Role } from '@storey/context';

export interface Route {
  readonly bff: Bff;
  /** Milliseconds a read may take; 0 = as long as it likes. */
  readonly readMs: number;
  readonly writeMs: number;
  /** Bytes of a body; absent = 1 MiB. */
  readonly maxBody?: number;
  /** Asked before anything else is, unknown paths included. */
  readonly roles?: readonly Role[];
}

interface Entry extends Route {
  readonly prefix: string;
}

const MODERATION: readonly Role[] = ['moderator', 'admin'];

/** First match wins. Prefixes end at a segment. */
const TABLE: readonly Entry[] = [
  {
    prefix: '/admin/v1/import',
    bff: 'admin-bff',
    readMs: 0,
    writeMs: 0,
    maxBody: Infinity,
    roles: MODERATION,
  },
  { prefix: '/admin', bff: 'admin-bff', readMs: 500, writeMs: 1000, roles: MODERATION },
  { prefix: '/app', bff: 'app-bff', readMs: 500, writeMs: 1000 },
  { prefix: '/auth', bff: 'web-bff', readMs: 2000, writeMs: 2000 },
  { prefix: '/', bff: 'web-bff', readMs: 500, writeMs: 1000 },
];

export function routeOf(path: string): Route {
  const entry = TABLE.find(
    ({ prefix }) => prefix === '/' || path === prefix || path.startsWith(`${prefix}/`),
  );
  if (!entry) throw new Error(`no route for ${path}`);
  return entry;
}
