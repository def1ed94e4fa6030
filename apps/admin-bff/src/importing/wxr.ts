import { Parser } from './markup-parser.js';

/** One post of a WordPress export (WXR 1.0–1.2) with the comments under it, as the file has them. */
export interface WxrPost {
  /** The post's number; else its short name, else the path of its address. */
  readonly id: string;
  readonly title: string;
  /** Address of the blog, as the file names it; empty when it does not. */
  readonly site: string;
  readonly comments: readonly WxrComment[];
}

export interface WxrComment {
  readonly id: string;
  readonly parentId: string;
  readonly author: string;
  readonly email: string;
  readonly html: string;
  readonly approved: string;
  /** Empty for a comment by a person, else e.g. `pingback`. */
  readonly type: string;
  /** `YYYY-MM-DD hh:mm:ss`, UTC where the file has it. */
  readonly date: string;
}

/** More text than this in one element is no comment any more. */
const MAX_TEXT = 256 * 1024;

/**
 * Reads an export as it streams in, one post at a time. Comments come parents first, whatever their order in the file.
 * Memory is bounded by the largest post.
 */
export async function* readWxr(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<WxrPost> {
  const decoder = new TextDecoder('utf-8');
  const reader = new Reader();
  for await (const chunk of chunks) {
    reader.write(decoder.decode(chunk, { stream: true }));
    yield* reader.take();
  }
  reader.write(decoder.decode());
  yield* reader.take();
}

type Fields = Map<string, string>;

class Reader {
  readonly #posts: WxrPost[] = [];
  readonly #parser: InstanceType<typeof Parser>;
  #post: Fields | undefined;
  #comment: Fields | undefined;
  #comments: Fields[] = [];
  #site = '';
  #text = '';

  constructor() {
    const handler = {
      onopentag: (name: string) => this.#open(name),
      ontext: (text: string) => this.#add(text),
      onclosetag: (name: string) => this.#close(name),
    };
    this.#parser = new Parser(handler, { xmlMode: true });
  }

  write(text: string): void {
    this.#parser.write(text);
  }

  take(): WxrPost[] {
    return this.#posts.splice(0);
  }

  #open(name: string): void {
    this.#text = '';
    if (name === 'item') this.#post = new Map();
    if (name === 'wp:comment') this.#comment = new Map();
  }

  #add(text: string): void {
    if (this.#text.length < MAX_TEXT) this.#text += text;
  }

  #close(name: string): void {
    if (name === 'item') this.#endPost();
    else if (name === 'wp:comment') this.#endComment();
    else if (!this.#post) this.#learnSite(name, this.#text.trim());
    else (this.#comment ?? this.#post).set(name, this.#text.trim());
    this.#text = '';
  }

  #learnSite(name: string, text: string): void {
    if (name === 'wp:base_blog_url' || (name === 'link' && this.#site === '')) this.#site = text;
  }

  #endComment(): void {
    if (this.#comment) this.#comments.push(this.#comment);
    this.#comment = undefined;
  }

  #endPost(): void {
    const post = this.#post;
    const comments = parentsFirst(this.#comments.map(toComment));
    this.#post = undefined;
    this.#comments = [];
    if (post)
      this.#posts.push({
        id: idOf(post),
        title: post.get('title') ?? '',
        site: this.#site,
        comments,
      });
  }
}

function idOf(post: Fields): string {
  const link = post.get('link') ?? '';
  const path = URL.canParse(link) ? new URL(link).pathname : '';
  const names = [post.get('wp:post_id'), post.get('wp:post_name'), path];
  return names.find((name) => name !== undefined && name !== '') ?? '';
}

function toComment(fields: Fields): WxrComment {
  const text = (name: string): string => fields.get(`wp:comment_${name}`) ?? '';
  const parent = text('parent');
  return {
    id: text('id'),
    parentId: parent === '0' ? '' : parent,
    author: text('author'),
    email: text('author_email').toLowerCase(),
    html: text('content'),
    approved: text('approved'),
    type: text('type') === 'comment' ? '' : text('type'),
    date: [text('date_gmt'), text('date')].find((date) => !/^(0000|$)/.test(date)) ?? '',
  };
}

/** A stable order in which no comment stands before its parent; a circle of parents keeps the order of the file. */
function parentsFirst(comments: readonly WxrComment[]): readonly WxrComment[] {
  const byId = new Map(comments.map((each) => [each.id, each]));
  const done = new Set<WxrComment>();
  for (const comment of comments) {
    const line: WxrComment[] = [];
    for (
      let at: WxrComment | undefined = comment;
      at && !done.has(at) && !line.includes(at);
      at = byId.get(at.parentId)
    )
      line.push(at);
    for (const each of line.reverse()) done.add(each);
  }
  return [...done];
}
