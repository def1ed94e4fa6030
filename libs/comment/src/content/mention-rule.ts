import { type MarkdownIt, type StateInline } from 'markdown-it';
import { MENTION } from './mentions.js';

const AT = '@'.charCodeAt(0);
const HERE = new RegExp(MENTION.source, 'uy');

/** Teaches the renderer to know mentions; `env.mentions` maps folded usernames to user ids. */
export function mentionRule(markdown: MarkdownIt): void {
  markdown.inline.ruler.before('text', 'mention', (state, silent) => {
    if (state.src.charCodeAt(state.pos) !== AT) return false;
    HERE.lastIndex = state.pos;
    const name = HERE.exec(state.src)?.[1];
    const { mentions } = state.env as { readonly mentions?: ReadonlyMap<string, bigint> };
    const userId = name && mentions?.get(name.toLowerCase());
    if (!userId) return false;
    if (!silent) push(state, String(userId), `@${name}`);
    state.pos += name.length + 1;
    return true;
  });
}

function push(state: StateInline, userId: string, text: string): void {
  const token = state.push('mention_open', 'span', 1);
  token.attrs = [
    ['class', 'mention'],
    ['data-user-id', userId],
  ];
  state.push('text', '', 0).content = text;
  state.push('mention_close', 'span', -1);
}
