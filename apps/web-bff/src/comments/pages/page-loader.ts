import { Injectable } from '@nestjs/common';
import { CursorSealer } from '@storey/auth';
import { comment as contract } from '@storey/contracts';
import { Services } from '../../services.js';
import { Profiles } from '../profiles.js';
import { required } from '../required.js';
import { subjectJson } from '../subject-json.js';
import { type Page } from './page.js';
import { type PageRequest, type RepliesRequest, type RootsRequest } from './page-request.js';
import { PageWriter } from './page-writer.js';
import { viewerText } from './viewer-text.js';

const SORTS = { hot: contract.Sort.HOT, new: contract.Sort.NEW, old: contract.Sort.OLD };
/** Replies shown under each root of a list. */
const PREVIEW = 3;

export interface SubjectRef {
  readonly type: string;
  readonly oid: string;
}

export interface LoadedPage {
  readonly page: Page;
  readonly subject: SubjectRef;
  /** Of the subject: every change up to it is in the page. */
  readonly version: bigint;
  /** The caller's own, by comment; empty for an anonymous caller. */
  readonly viewers: ReadonlyMap<bigint, string>;
}

/** Lists for whoever calls, joins the people, and writes it down. */
@Injectable()
export class PageLoader {
  constructor(
    private readonly services: Services,
    private readonly profiles: Profiles,
    private readonly cursors: CursorSealer,
  ) {}

  /** @throws AppError as comment-service does. */
  load(request: PageRequest): Promise<LoadedPage> {
    return request.kind === 'roots' ? this.#roots(request) : this.#replies(request);
  }

  async #roots(request: RootsRequest): Promise<LoadedPage> {
    const { subject, sort, position, limit, floor, scope } = request;
    const order = SORTS[sort];
    const reply = await this.services.comments.listComments({
      subject,
      sort: order,
      position,
      limit,
      floor,
      preview: PREVIEW,
    });
    const roots = [...reply.pinned, ...reply.comments];
    const people = await this.profiles.of(roots);
    const writer = new PageWriter(people);
    writer.member('subject', subjectJson(required(reply.subject, 'subject')));
    writer.roots('pinned', reply.pinned);
    writer.roots('comments', reply.comments);
    writer.member('nextCursor', this.#next(scope, reply.nextPosition));
    const page = writer.end(degradedOf(reply.degraded, people.degraded));
    return { page, subject, version: reply.version, viewers: viewersOf(roots) };
  }

  async #replies({ rootId, sort, position, limit, scope }: RepliesRequest): Promise<LoadedPage> {
    const order = SORTS[sort];
    const reply = await this.services.comments.listReplies({ rootId, sort: order, position, limit });
    const root = required(reply.root, 'root');
    const comments = [root, ...reply.comments];
    const people = await this.profiles.of(comments);
    const writer = new PageWriter(people);
    writer.comment('root', root);
    writer.comments('comments', reply.comments);
    writer.member('nextCursor', this.#next(scope, reply.nextPosition));
    const page = writer.end(degradedOf(reply.degraded, people.degraded));
    const subject = required(root.subject, 'root.subject');
    return { page, subject, version: reply.version, viewers: viewersOf(comments) };
  }

  #next(scope: string, position: Uint8Array): string | null {
    return position.length === 0 ? null : this.cursors.seal(scope, position);
  }
}

const degradedOf = (listing: readonly string[], nameless: boolean): readonly string[] =>
  nameless ? [...listing, 'profiles'] : listing;

function viewersOf(comments: readonly contract.Comment[]): ReadonlyMap<bigint, string> {
  const all = comments.flatMap((each) => [each, ...each.replies]);
  return new Map(all.flatMap(({ id, viewer }) => (viewer ? [[id, viewerText(viewer)] as const] : [])));
}
