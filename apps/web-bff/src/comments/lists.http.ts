import { Controller, Get, Param, Query } from '@nestjs/common';
import { CursorSealer } from '@storey/auth';
import { comment as contract } from '@storey/contracts';
import { Services } from '../services.js';
import { commentJson, rootJson } from './comment-json.js';
import {
  commentId,
  repliesQuery,
  rootsQuery,
  subjectRef,
  type CommentIdParams,
  type RepliesQuery,
  type RootsQuery,
  type SubjectRefParams,
} from './params.js';
import { Profiles } from './profiles.js';
import { required } from './required.js';
import { subjectJson } from './subject-json.js';

const SORTS = { hot: contract.Sort.HOT, new: contract.Sort.NEW, old: contract.Sort.OLD };
/** Replies shown under each root of a list. */
const PREVIEW = 3;
const START = new Uint8Array();

@Controller('web/v1')
export class ListsController {
  constructor(
    private readonly services: Services,
    private readonly profiles: Profiles,
    private readonly cursors: CursorSealer,
  ) {}

  @Get('subjects/:type/:oid/comments')
  async roots(
    @Param({ schema: subjectRef }) subject: SubjectRefParams,
    @Query({ schema: rootsQuery }) { sort, cursor, limit, floor }: RootsQuery,
  ) {
    const scope = `subjects/${subject.type}/${subject.oid}/comments?sort=${sort}`;
    const page = await this.services.comments.listComments({
      subject,
      sort: SORTS[sort],
      position: cursor === undefined ? START : this.cursors.open(scope, cursor),
      limit,
      floor: floor ?? 0n,
      preview: PREVIEW,
    });
    const people = await this.profiles.of([...page.pinned, ...page.comments]);
    return {
      subject: subjectJson(required(page.subject, 'subject')),
      pinned: page.pinned.map((each) => rootJson(each, people)),
      comments: page.comments.map((each) => rootJson(each, people)),
      nextCursor: this.#next(scope, page.nextPosition),
      degraded: [...page.degraded, ...(people.degraded ? ['profiles'] : [])],
    };
  }

  @Get('comments/:id/replies')
  async replies(
    @Param({ schema: commentId }) { id }: CommentIdParams,
    @Query({ schema: repliesQuery }) { sort, cursor, limit }: RepliesQuery,
  ) {
    const scope = `comments/${id}/replies?sort=${sort}`;
    const page = await this.services.comments.listReplies({
      rootId: id,
      sort: SORTS[sort],
      position: cursor === undefined ? START : this.cursors.open(scope, cursor),
      limit,
    });
    const root = required(page.root, 'root');
    const people = await this.profiles.of([root, ...page.comments]);
    return {
      root: commentJson(root, people),
      comments: page.comments.map((each) => commentJson(each, people)),
      nextCursor: this.#next(scope, page.nextPosition),
      degraded: [...page.degraded, ...(people.degraded ? ['profiles'] : [])],
    };
  }

  #next(scope: string, position: Uint8Array): string | null {
    return position.length === 0 ? null : this.cursors.seal(scope, position);
  }
}
