import { comment as contract } from '@storey/contracts';
import { commentJson } from '../comment-json.js';
import { type People } from '../profiles.js';
import { Page, type Gap } from './page.js';

/** Writes a page member by member as everybody sees it, and notes where a viewer's own would stand. */
export class PageWriter {
  readonly #people: People;
  readonly #gaps: Gap[] = [];
  readonly #written: Buffer[] = [];
  #length = 0;
  /** Not in `#written` yet. */
  #text = '{';

  constructor(people: People) {
    this.#people = people;
  }

  member(name: string, value: unknown): void {
    this.#text += `${JSON.stringify(name)}:${JSON.stringify(value)},`;
  }

  comment(name: string, comment: contract.Comment): void {
    this.#text += `${JSON.stringify(name)}:`;
    this.#open(comment);
    this.#text += '},';
  }

  comments(name: string, comments: readonly contract.Comment[]): void {
    this.#text += `${JSON.stringify(name)}:`;
    this.#list(comments, (each) => this.#open(each));
    this.#text += ',';
  }

  /** Each with its first replies. */
  roots(name: string, roots: readonly contract.Comment[]): void {
    this.#text += `${JSON.stringify(name)}:`;
    this.#list(roots, (root) => {
      this.#open(root);
      this.#text += ',"replies":';
      this.#list(root.replies, (reply) => this.#open(reply));
    });
    this.#text += ',';
  }

  /** The last member, and the page. */
  end(degraded: readonly string[]): Page {
    this.#text += '"degraded":';
    const tail = this.#flush();
    this.#text = `${JSON.stringify(degraded)}}`;
    this.#flush();
    return new Page({ bytes: Buffer.concat(this.#written), gaps: this.#gaps, tail, degraded });
  }

  /** Up to and with its viewer, without the bracket that ends it. */
  #open(comment: contract.Comment): void {
    const { viewer: _, ...json } = commentJson(comment, this.#people);
    this.#text += `${JSON.stringify(json).slice(0, -1)},"viewer":`;
    const visible = comment.state === contract.CommentState.VISIBLE;
    const { id, authorId } = comment;
    this.#gaps.push({ id, at: this.#flush(), visible, authorId });
    this.#text = 'null';
  }

  #list(comments: readonly contract.Comment[], open: (comment: contract.Comment) => void): void {
    this.#text += '[';
    for (const [at, comment] of comments.entries()) {
      if (at > 0) this.#text += ',';
      open(comment);
      this.#text += '}';
    }
    this.#text += ']';
  }

  /** @returns the offset in bytes of what comes next. */
  #flush(): number {
    const bytes = Buffer.from(this.#text);
    this.#written.push(bytes);
    this.#length += bytes.length;
    return this.#length;
  }
}
