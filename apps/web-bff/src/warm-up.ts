import { INTERNAL_HEADERS, type Platform } from '@storey/service';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { isAppError } from '@storey/errors';
import { Services } from './services.js';

/** Where nobody wrote yet, or the services are not there: of a subject that nobody writes under. */
const NONE = { type: 'none', oid: 'none' };
const SORTS = ['new', 'hot'];
const TIMEOUT_MS = 1000;

/**
 * Asks for pages of one subject before anybody else does: the way to them is compiled then, and the connections are open.
 * Whether they are answered does not matter; where a part is not there yet, the first visitor waits as he would have done.
 */
export async function warmUp(
  app: NestFastifyApplication,
  { tokens }: Pick<Platform, 'tokens'>,
): Promise<void> {
  const { type, oid } = await anySubject(app.get(Services));
  for (const sort of SORTS) {
    await app.inject({
      url: `/web/v1/subjects/${type}/${oid}/comments?sort=${sort}`,
      headers: {
        [INTERNAL_HEADERS.token]: tokens.mint(undefined, 'web-bff'),
        [INTERNAL_HEADERS.trace]: '0'.repeat(32),
        [INTERNAL_HEADERS.deadline]: String(TIMEOUT_MS),
      },
    });
  }
}

async function anySubject({ comments }: Services): Promise<{ readonly type: string; readonly oid: string }> {
  try {
    return (await comments.anySubject({}, { timeoutMs: TIMEOUT_MS })).subject ?? NONE;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return NONE;
  }
}
