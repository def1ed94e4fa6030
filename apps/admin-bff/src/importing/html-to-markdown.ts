import { Parser } from './markup-parser.js';

const WRAPS: Readonly<Record<string, string>> = {
  strong: '**',
  b: '**',
  em: '*',
  i: '*',
  code: '`',
  del: '~~',
  s: '~~',
};
const BLOCKS = new Set([
  'p',
  'div',
  'ul',
  'ol',
  'table',
  'tr',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'pre',
  'dl',
  'dt',
  'dd',
]);
const DROPPED = new Set(['script', 'style', 'iframe', 'object']);

/**
 * The Markdown that says what a comment's HTML said: emphasis, links, quotes, lists, code, line breaks. Everything else
 * becomes its text.
 */
export function htmlToMarkdown(html: string): string {
  const writer = new MarkdownWriter();
  const parser = new Parser({
    onopentag: (name, { href }) => writer.open(name, href),
    ontext: (text) => writer.text(text),
    onclosetag: (name) => writer.close(name),
  });
  parser.end(html);
  return writer.result();
}

class MarkdownWriter {
  #out = '';
  #dropped = 0;
  readonly #links: (string | undefined)[] = [];
  readonly #quotes: string[] = [];

  open(name: string, href: string | undefined): void {
    if (DROPPED.has(name)) this.#dropped += 1;
    else if (name === 'br') this.#out += '\n';
    else if (name === 'li') this.#out += '\n- ';
    else if (name === 'a') this.#openLink(href);
    else if (name === 'blockquote') this.#openQuote();
    else if (BLOCKS.has(name)) this.#out += '\n\n';
    else this.#out += WRAPS[name] ?? '';
  }

  text(text: string): void {
    if (this.#dropped === 0) this.#out += text;
  }

  close(name: string): void {
    if (DROPPED.has(name)) this.#dropped -= 1;
    else if (name === 'a') this.#closeLink();
    else if (name === 'blockquote') this.#closeQuote();
    else if (BLOCKS.has(name)) this.#out += '\n\n';
    else this.#out += WRAPS[name] ?? '';
  }

  result(): string {
    while (this.#quotes.length > 0) this.#closeQuote();
    return this.#out
      .replace(/[^\S\n]*\n[^\S\n]*/g, '\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
  }

  #openLink(href: string | undefined): void {
    const link = href !== undefined && /^https?:\/\/[^\s()<>]+$/i.test(href) ? href : undefined;
    this.#links.push(link);
    if (link !== undefined) this.#out += '[';
  }

  #closeLink(): void {
    const link = this.#links.pop();
    if (link !== undefined) this.#out += `](${link})`;
  }

  #openQuote(): void {
    this.#quotes.push(this.#out);
    this.#out = '';
  }

  #closeQuote(): void {
    const quoted = this.#out.trim().replace(/^/gm, '> ');
    this.#out = `${this.#quotes.pop() ?? ''}\n\n${quoted}\n\n`;
  }
}
