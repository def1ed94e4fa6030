import { describe, expect, it } from '@jest/globals';
import { unavailable } from '@storey/errors';
import { CommentsBench, aSubject, type Answers } from './comments-bench.js';

const page = { subject: aSubject, pinned: [], comments: [], nextPosition: new Uint8Array(), degraded: [] };

/** web-bff warmed up over comment-service. @returns the subjects whose pages it asked for. */
async function warmedUpOver(answers: Answers): Promise<readonly unknown[]> {
  const bench = await CommentsBench.open(answers);
  await bench.warmUp();
  await bench.close();
  return bench.requestsOf('listComments').map((request) => (request as { subject: unknown }).subject);
}

const away = (): never => {
  throw unavailable('not there yet');
};

describe('warming up', () => {
  const listComments = () => ({ ...page, version: 1n });

  it('goes the whole way of two pages of a subject that there is, with a token that is accepted', async () => {
    const subject = { type: 'video', oid: 'BV1' };
    expect(await warmedUpOver({ listComments, anySubject: () => ({ subject }) })).toEqual([subject, subject]);
  });

  it('asks for what is not there where nobody wrote yet', async () => {
    const none = { type: 'none', oid: 'none' };
    expect(await warmedUpOver({ listComments, anySubject: () => ({}) })).toEqual([none, none]);
  });

  it('does not mind that nobody answers yet', async () => {
    expect(await warmedUpOver({ listComments: away, anySubject: away })).toHaveLength(2);
  });
});
