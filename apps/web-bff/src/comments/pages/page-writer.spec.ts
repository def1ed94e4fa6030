import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { comment as contract, account } from '@storey/contracts';
import { unpackIds } from '@storey/ids';
import fc from 'fast-check';
import { commentJson } from '../comment-json.js';
import { type People } from '../profiles.js';
import { type Body, type Page } from './page.js';
import { PageWriter } from './page-writer.js';
import { viewerText } from './viewer-text.js';

const { CommentState, Reaction } = contract;
const user = create(account.UserSchema, { id: 7n, displayName: 'Zoë "viewer":null' });
const people: People = { users: new Map([[7n, user]]), degraded: false };

/** Texts that look like what the page is made of. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('"viewer":null', '},{', ']}', 'null', '\\"', '\u2028', '👩‍👩‍👧', '"degraded":['),
);

const bare = fc
  .record({ text, html: text, authorId: fc.constantFrom(0n, 7n, 8n), deleted: fc.boolean() })
  .map(({ deleted, ...words }) => ({
    ...words,
    state: deleted ? CommentState.DELETED : CommentState.VISIBLE,
    createdAtMs: 1767225600123n,
  }));

const roots = fc.array(fc.record({ root: bare, replies: fc.array(bare, { maxLength: 3 }) }), {
  maxLength: 5,
});

type Drawn = typeof roots extends fc.Arbitrary<infer T> ? T : never;

/** Numbers them, as no two comments of a page have one id. */
function comments(drawn: Drawn): contract.Comment[] {
  let id = 0n;
  return drawn.map(({ root, replies }) =>
    create(contract.CommentSchema, {
      ...root,
      id: (id += 1n),
      replies: replies.map((reply) => ({ ...reply, id: (id += 1n), rootId: 1n })),
    }),
  );
}

function write(all: readonly contract.Comment[], degraded: readonly string[] = []): Page {
  const writer = new PageWriter(people);
  writer.member('subject', { type: 'video' });
  writer.roots('comments', all);
  writer.member('nextCursor', null);
  return writer.end(degraded);
}

type ViewerOf = (comment: contract.Comment) => object | null;

/** The page as one object. */
function json(all: readonly contract.Comment[], viewer: ViewerOf, degraded: readonly string[]): string {
  const shown = (each: contract.Comment) => ({ ...commentJson(each, people), viewer: viewer(each) });
  const listed = all.map((root) => ({ ...shown(root), replies: root.replies.map(shown) }));
  return JSON.stringify({ subject: { type: 'video' }, comments: listed, nextCursor: null, degraded });
}

const usual: ViewerOf = ({ state }) => ({
  reaction: 'none',
  canEdit: false,
  canDelete: false,
  canPin: false,
  canReport: state === CommentState.VISIBLE,
  blocked: false,
});

const said = ({ text }: Body): string => Buffer.from(text, 'latin1').toString();

describe('a written page', () => {
  it('is to everybody, byte for byte, what the object of it would be', () => {
    fc.assert(
      fc.property(roots, (drawn) => {
        const all = comments(drawn);
        const page = write(all, ['order']);
        expect(said(page.anonymous)).toBe(json(all, () => null, ['order']));
        expect(unpackIds(page.ids)).toEqual(
          all.flatMap(({ id, replies }) => [id, ...replies.map((each) => each.id)]),
        );
        const every = all.flatMap((root) => [root, ...root.replies]);
        expect(unpackIds(page.idsBy(7n))).toEqual(
          every.flatMap(({ id, authorId }) => (authorId === 7n ? [id] : [])),
        );
        expect(unpackIds(page.idsBy(9n))).toEqual([]);
      }),
    );
  });

  it('is to somebody signed in the same, with his own where it belongs', () => {
    fc.assert(
      fc.property(roots, fc.integer({ min: 1, max: 4 }), (drawn, every) => {
        const all = comments(drawn);
        const viewer = create(contract.ViewerSchema, { reaction: Reaction.LIKE, canDelete: true });
        const his = { ...usual(create(contract.CommentSchema)), reaction: 'like', canDelete: true };
        const isHis = ({ id }: { readonly id: bigint }): boolean => id % BigInt(every) === 0n;
        const page = write(all, ['profiles']);
        const viewers = new Map(
          unpackIds(page.ids)
            .filter((id) => isHis({ id }))
            .map((id) => [id, viewerText(viewer)]),
        );
        const expected = json(all, (each) => (isHis(each) ? his : usual(each)), ['viewer', 'profiles']);
        expect(said(page.for({ viewers, degraded: ['viewer'] }))).toBe(expected);
      }),
    );
  });

  it('never has a viewer of the comments it was made of', () => {
    const mine = create(contract.CommentSchema, { id: 1n, viewer: { reaction: Reaction.LIKE } });
    expect(JSON.parse(said(write([mine]).anonymous)).comments[0].viewer).toBeNull();
  });
});
