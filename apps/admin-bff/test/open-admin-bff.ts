import { CursorSealer, InternalTokens } from '@storey/auth';
import { systemClock, systemRandom, type Principal, type Role } from '@storey/context';
import { openKv } from '@storey/kv';
import { createLogger } from '@storey/observability';
import { createBff, type Platform } from '@storey/service';
import { temporaryFolder } from '@storey/testing';
import { type FastifyInstance, type InjectOptions } from 'fastify';
import { AppModule } from '../src/app.module.js';
import { ImportRunner } from '../src/importing/index.js';
import { useStaffOnly } from '../src/staff-only.js';

export const who = (...roles: Role[]): Principal => ({
  userId: '1',
  sessionId: '1',
  roles: ['user', ...roles],
  level: 0,
});

export interface AdminBff {
  readonly fastify: FastifyInstance;
  ask(as: Principal | undefined, options: InjectOptions): Promise<{ status: number; body: unknown }>;
  close(): Promise<void>;
}

/** admin-bff over services that say what the test wants; history-service apart from the others. */
export async function openAdminBff(services: object, histories: object = {}): Promise<AdminBff> {
  const folder = temporaryFolder();
  const tokens = new InternalTokens({ secret: new Uint8Array(32).fill(1) });
  const kvState = await openKv('memory:');
  const client = (_: unknown, { target }: { readonly target: string }): object =>
    target === 'history' ? histories : services;
  const platform = {
    ports: { rpc: { client }, kvState },
    logger: createLogger('silent'),
    tokens,
    cursors: new CursorSealer({ secret: new Uint8Array(32).fill(2) }),
    clock: systemClock,
    random: systemRandom,
    config: { dataDir: folder.path },
  } as unknown as Platform;
  const app = await createBff({
    name: 'admin-bff',
    module: AppModule.with(platform),
    platform,
    streamed: ['/admin/v1/import'],
    configure: async (fastify) => useStaffOnly(fastify),
  });
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  return {
    fastify,
    ask: async (as, options) => {
      const headers = { ...options.headers, 'x-internal-token': tokens.mint(as, 'admin-bff') };
      const answer = await fastify.inject({ ...options, headers });
      return { status: answer.statusCode, body: answer.body === '' ? undefined : (answer.json() as unknown) };
    },
    close: async () => {
      await app.get(ImportRunner).close();
      await app.close();
      await kvState.close();
      folder.remove();
    },
  };
}
