import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { type OwnReactions } from '@storey/comment';
import { comment, commentEvents } from '@storey/contracts';
import { Overlay } from '../intake/overlay.js';
import { type Records } from './records.js';
import { View } from './view.js';

const { LIKE, DISLIKE, NONE } = comment.Reaction;
const SUBJECT = 5n;

type Served = OwnReactions['byComment'];

/** Of a viewer who reacted with command 20 to comment 8 a moment ago. */
function setUp(served: Served, from = 0n) {
  const command = { case: 'react', value: { commentId: 8n, value: DISLIKE } } as const;
  const overlay = new Overlay([create(commentEvents.CommentCommandSchema, { id: 20n, command })]);
  const asked: (readonly bigint[])[] = [];
  const reactionsUnder = (): Promise<OwnReactions> => {
    asked.push([]);
    return Promise.resolve({ byComment: from === 0n ? served : new Map(), from });
  };
  const olderReactions = (ids: readonly bigint[]): Promise<Served> => {
    asked.push(ids);
    return Promise.resolve(new Map([...served].filter(([id]) => ids.includes(id))));
  };
  const person = { userId: 1n, roles: [] };
  const records = {} as Records;
  const lacking = new Set<string>();
  const view = new View({ person, overlay, lacking, records, reactionsUnder, olderReactions, now: 0 });
  return { view, overlay, asked };
}

const served = (value: comment.Reaction, version: bigint): Served => new Map([[8n, { value, version }]]);

describe('my own reactions', () => {
  it.each<[string, Served]>([
    ['none', new Map()],
    ['an older one', served(LIKE, 19n)],
  ])('are what I did last while %s is served, and the overlay keeps it', async (_, stale) => {
    const { view, overlay } = setUp(stale);
    expect([...(await view.reactions(SUBJECT, [8n]))]).toEqual([[8n, DISLIKE]]);
    expect(overlay.applied.size).toBe(0);
  });

  it.each([
    ['the same', served(DISLIKE, 20n), DISLIKE],
    ['a newer one', served(NONE, 21n), NONE],
  ])('are what is served when that is %s, and the overlay need not keep them', async (_, fresh, value) => {
    const { view, overlay } = setUp(fresh);
    expect([...(await view.reactions(SUBJECT, [8n]))]).toEqual([[8n, value]]);
    expect([...overlay.applied]).toEqual([20n]);
  });

  it('are asked for once, however often they are shown', async () => {
    const { view, asked } = setUp(served(LIKE, 3n));
    await view.reactions(SUBJECT, [8n, 9n]);
    expect([...(await view.reactions(SUBJECT, [8n, 10n]))]).toEqual([[8n, DISLIKE]]);
    expect(asked).toEqual([[]]);
  });

  it('are asked for once where they are too old to be kept', async () => {
    const { view, asked } = setUp(served(LIKE, 21n), 12n);
    await view.reactions(SUBJECT, [8n, 9n]);
    await view.reactions(SUBJECT, [9n, 8n]);
    expect([...(await view.reactions(SUBJECT, [8n, 10n, 12n]))]).toEqual([[8n, LIKE]]);
    expect(asked).toEqual([[], [8n, 9n], [10n]]);
  });
});
