import { Controller, Get, Query } from '@nestjs/common';
import { CursorSealer } from '@storey/auth';
import { comment as contract } from '@storey/contracts';
import { searchQuery, type SearchQuery } from '../params.js';
import { Services } from '../services.js';
import { adminCommentJson } from './admin-comment-json.js';
import { People } from './people.js';

const { CommentState, SearchOrder } = contract;

const STATES = {
  pending: CommentState.PENDING,
  visible: CommentState.VISIBLE,
  in_review: CommentState.IN_REVIEW,
  rejected: CommentState.REJECTED,
  hidden: CommentState.HIDDEN,
  deleted: CommentState.DELETED,
} as const;
const ORDERS = {
  relevance: SearchOrder.RELEVANCE,
  new: SearchOrder.NEW,
  old: SearchOrder.OLD,
} as const;
const START = new Uint8Array();

@Controller('admin/v1/comments')
export class SearchController {
  constructor(
    private readonly services: Services,
    private readonly people: People,
    private readonly cursors: CursorSealer,
  ) {}

  /** Comments by their words and by what they are; deleted ones only when they are asked for. */
  @Get()
  async search(@Query({ schema: searchQuery }) query: SearchQuery) {
    const { q = '', authorId = 0n, type = '', oid = '', state, from, to, sort, cursor, limit } = query;
    const scope = scopeOf(query);
    const { hits, nextPosition, degraded } = await this.services.comments.searchComments({
      query: q,
      authorId,
      subjectType: type,
      subjectOid: oid,
      states: state === undefined ? [] : [STATES[state]],
      ...(from !== undefined && { fromMs: from }),
      ...(to !== undefined && { toMs: to }),
      order: sort === undefined ? SearchOrder.UNSPECIFIED : ORDERS[sort],
      position: cursor === undefined ? START : this.cursors.open(scope, cursor),
      limit,
    });
    const comments = hits.flatMap(({ comment }) => comment ?? []);
    const people = await this.people.of(comments);
    return {
      comments: hits.flatMap(({ comment, moderation, highlight }) =>
        comment
          ? [{ ...adminCommentJson(comment, moderation, people.users), ...(q !== '' && { highlight }) }]
          : [],
      ),
      nextCursor: nextPosition.length === 0 ? null : this.cursors.seal(scope, nextPosition),
      degraded: [...degraded, ...(people.degraded ? ['profiles'] : [])],
    };
  }
}

/** What a cursor is good for: everything that was asked but how many at a time. */
function scopeOf({ q, authorId, type, oid, state, from, to, sort }: SearchQuery): string {
  const asked = [q, authorId, type, oid, state, from, to, sort].map((value) => String(value ?? ''));
  return `admin/comments?${JSON.stringify(asked)}`;
}
