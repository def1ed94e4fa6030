import { INTERNAL_HEADERS, type Platform } from '@storey/service';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';

/** Of a subject that nobody writes under. */
const PAGE = '/web/v1/subjects/none/none/comments';
const TIMEOUT_MS = 1000;

/**
 * Asks for one page before anybody else does: the way to it is compiled then, and the connections are open. Whether it is
 * answered does not matter; where a part is not there yet, the first visitor waits as he would have done.
 */
export async function warmUp(
  app: NestFastifyApplication,
  { tokens }: Pick<Platform, 'tokens'>,
): Promise<void> {
  await app.inject({
    url: PAGE,
    headers: {
      [INTERNAL_HEADERS.token]: tokens.mint(undefined, 'web-bff'),
      [INTERNAL_HEADERS.trace]: '0'.repeat(32),
      [INTERNAL_HEADERS.deadline]: String(TIMEOUT_MS),
    },
  });
}
