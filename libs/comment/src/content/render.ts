import MarkdownIt from 'markdown-it';
import sanitizeHtml from 'sanitize-html';
import { mentionRule } from './mention-rule.js';
import { type Mention } from './mentions.js';

/** Beyond so many ASCII characters (a comment has 2,000 at most) nothing is marked up: parsing would take too long. */
const MAX_MARKUP = 8_000;

/** A line of words, as most comments are: nothing in it means anything to Markdown, to HTML or as a name. */
const PLAIN = /^\p{L}[\p{L}\p{N} ,.!?'"()-]*$/u;

/** Marks stacked on one character beyond this many are left out of the picture; the text keeps them. */
const STACKED = /(\p{M}{8})\p{M}+/gu;

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true, maxNesting: 20 })
  .disable(['image', 'heading', 'lheading', 'table', 'reference', 'hr'])
  .use(mentionRule);
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
markdown.validateLink = (url) => /^https?:\/\//i.test(url.trim());
markdown.core.ruler.push('direction', ({ tokens }) => {
  for (const token of tokens) if (token.type === 'paragraph_open') token.attrSet('dir', 'auto');
});

const ALLOWED: sanitizeHtml.IOptions = {
  allowedTags: ['p', 'br', 'strong', 'em', 's', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a', 'span'],
  allowedAttributes: {
    a: ['href', 'title', 'rel'],
    p: ['dir'],
    ol: ['start'],
    span: ['class', 'data-user-id'],
  },
  allowedClasses: { span: ['mention'] },
  allowedSchemes: ['http', 'https'],
  allowProtocolRelative: false,
  transformTags: { a: sanitizeHtml.simpleTransform('a', { rel: 'nofollow ugc noopener' }) },
};

/**
 * Markdown as HTML that may be put into any page: no raw HTML, no images, no link but http(s). Two walls, the
 * renderer and an allow-list behind it; each holds alone.
 * @param mentions those whose names become `<span class="mention" data-user-id="…">`; others stay words.
 */
export function render(text: string, mentions: readonly Mention[] = []): string {
  return PLAIN.test(text) ? `<p dir="auto">${text.trimEnd()}</p>` : renderMarkup(text, mentions);
}

/** The same of any text, with all that it takes. */
export function renderMarkup(text: string, mentions: readonly Mention[] = []): string {
  const calm = text.replace(STACKED, '$1');
  if (countAscii(calm) > MAX_MARKUP) return `<p dir="auto">${markdown.utils.escapeHtml(calm)}</p>`;
  const known = new Map(mentions.map(({ userId, username }) => [username.toLowerCase(), userId]));
  return sanitizeHtml(markdown.render(calm, { mentions: known }), ALLOWED).trim();
}

function countAscii(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) < 0x80) count += 1;
  return count;
}
