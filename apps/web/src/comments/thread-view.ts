import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { words } from '../i18n/language.js';
import './comment-view.js';
import { type Discussion } from './discussion.js';
import { type Thread } from './listing.js';

/** A root, its replies as far as they are loaded, and a way to the others. */
export function threadView(discussion: Discussion, thread: Thread): TemplateResult {
  const shown = thread.replies.filter(({ state }) => state === 'visible').length;
  const hidden = thread.repliesCursor === null ? 0 : Math.max(0, thread.replyCount - shown);
  return html`<li>
    <storey-comment .comment=${thread} .discussion=${discussion}></storey-comment>
    ${
      thread.replies.length + hidden === 0
        ? nothing
        : html`<ol class="replies">
            ${repeat(
              thread.replies,
              ({ id }) => id,
              (reply) =>
                html`<li>
                  <storey-comment .comment=${reply} .discussion=${discussion}></storey-comment>
                </li>`,
            )}
            ${
              hidden > 0
                ? html`<li>
                    <button
                      class="link"
                      data-testid="comment-more-replies"
                      @click=${() => discussion.moreReplies(thread.id)}
                    >
                      ${words().moreReplies(hidden)}
                    </button>
                  </li>`
                : nothing
            }
          </ol>`
    }
  </li>`;
}
