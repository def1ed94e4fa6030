import { htmlToMarkdown } from './html-to-markdown.js';
import { type SkippedItem } from './import-state.js';
import { type WxrComment, type WxrPost } from './wxr.js';

export interface PlannedComment {
  readonly sourceKey: string;
  /** Empty for a root. */
  readonly parentSourceKey: string;
  /** Who wrote it, as the file tells people apart. */
  readonly person: string;
  readonly displayName: string;
  readonly text: string;
  readonly createdAtMs: number;
}

/** What of one post is imported, and what is not and why. A reply to something skipped moves up to the nearest kept one. */
export class PostPlan {
  readonly source: string;
  readonly subject: { readonly type: 'post'; readonly oid: string };
  readonly items: readonly PlannedComment[];
  readonly skipped: readonly SkippedItem[];

  constructor(post: WxrPost) {
    this.source = `wxr:${hostOf(post.site)}`;
    this.subject = { type: 'post', oid: oidOf(post.id) };
    const reasons = new Map(post.comments.map((comment) => [comment, reasonToSkip(comment)]));
    const moved = new Map<string, string>();
    for (const [{ id, parentId }, reason] of reasons)
      if (reason) moved.set(id, moved.get(parentId) ?? parentId);
    this.skipped = [...reasons].flatMap(([{ id }, reason]) => (reason ? [{ ref: id, reason }] : []));
    this.items = post.comments
      .filter((comment) => !reasons.get(comment))
      .map((comment) => plan(comment, moved));
  }

  get subjectKey(): string {
    return `${this.subject.type}/${this.subject.oid}`;
  }
}

function reasonToSkip({ approved, type, html, date }: WxrComment): string | undefined {
  if (type !== '') return `is a ${type.slice(0, 32)}`;
  if (approved !== '1' && approved !== 'approved')
    return approved === 'spam' ? 'is spam' : 'was not approved';
  if (htmlToMarkdown(html) === '') return 'has no text';
  return Number.isNaN(timeOf(date)) ? 'has no readable date' : undefined;
}

function plan(comment: WxrComment, moved: ReadonlyMap<string, string>): PlannedComment {
  const { id, parentId, author, email, html, date } = comment;
  const displayName = [...author.replace(/\s+/g, ' ').trim()].slice(0, 50).join('') || 'Anonymous';
  return {
    sourceKey: id,
    parentSourceKey: moved.get(parentId) ?? parentId,
    person: `${email}|${displayName.toLowerCase()}`,
    displayName,
    text: htmlToMarkdown(html),
    createdAtMs: timeOf(date),
  };
}

/** An id that a subject may have, made of one that may have anything in it, like a path. */
const oidOf = (id: string): string =>
  id
    .replace(/[^A-Za-z0-9._~-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64) || 'untitled';

const timeOf = (date: string): number =>
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(date) ? Date.parse(`${date.replace(' ', 'T')}Z`) : NaN;

const hostOf = (site: string): string => (URL.canParse(site) ? new URL(site).host : 'unknown');
