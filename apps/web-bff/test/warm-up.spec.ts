import { describe, expect, it } from '@jest/globals';
import { unavailable } from '@storey/errors';
import { CommentsBench, aSubject } from './comments-bench.js';

describe('warming up', () => {
  it('goes the whole way of a page, with a token that is accepted', async () => {
    const page = {
      subject: aSubject,
      pinned: [],
      comments: [],
      nextPosition: new Uint8Array(),
      degraded: [],
    };
    const bench = await CommentsBench.open({ listComments: () => ({ ...page, version: 1n }) });
    await bench.warmUp();
    expect(bench.requestsOf('listComments')).toHaveLength(1);
    await bench.close();
  });

  it('does not mind that nobody answers yet', async () => {
    const away = (): never => {
      throw unavailable('not there yet');
    };
    const bench = await CommentsBench.open({ listComments: away });
    await expect(bench.warmUp()).resolves.toBeUndefined();
    expect(bench.requestsOf('listComments')).toHaveLength(1);
    await bench.close();
  });
});
