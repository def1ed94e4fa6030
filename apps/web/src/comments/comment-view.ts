import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { asProblem, type Problem } from '../api/problem.js';
import { session } from '../api/signed-in.js';
import { avatar } from '../avatar.js';
import { exactTime, relativeTime, shortNumber } from '../i18n/format.js';
import { words } from '../i18n/language.js';
import { advice } from '../i18n/problems.js';
import { icon } from '../icon.js';
import { signInHref } from '../router.js';
import { View } from '../view.js';
import { viewerOf, type Comment, type Viewer } from './comment.js';
import './composer.js';
import { type PostedEvent } from './composer.js';
import { type Discussion } from './discussion.js';
import { toggled } from './reacting.js';
import { safeHtml } from './safe-html.js';

/** One comment with its actions; what it does, it does through the discussion. */
export class CommentView extends View {
  static override properties = { comment: { attribute: false }, discussion: { attribute: false } };

  declare comment: Comment;
  declare discussion: Discussion;
  #open: 'nothing' | 'reply' | 'edit' = 'nothing';
  #saving = false;
  #problem: Problem | null = null;

  protected override render(): TemplateResult {
    const { comment } = this;
    const viewer = viewerOf(comment, session.value?.user.id ?? null);
    return html` <article class="comment ${comment.state}" data-testid="comment" data-id=${comment.id}>
      ${avatar(comment.author)}
      <div class="comment-body">
        ${this.#head()} ${this.#open === 'edit' ? this.#editor() : this.#text(viewer)}
        ${comment.state === 'deleted' ? nothing : this.#actions(viewer)}
        ${
          this.#open === 'reply'
            ? html`<storey-composer
                .subject=${this.discussion.subject}
                .parent=${comment}
                @posted=${(event: PostedEvent) => this.#replied(event)}
                @dismissed=${() => this.#show('nothing')}
              ></storey-composer>`
            : nothing
        }
      </div>
    </article>`;
  }

  #head(): TemplateResult {
    const { author, replyTo, createdAt, editedAt, floor, pinned, rootId, parentId } = this.comment;
    const t = words();
    return html`<header>
      ${author && html`<strong class="name">${author.displayName}</strong>`}
      ${author && author.level > 1 ? html`<span class="tag">${t.level(author.level)}</span>` : nothing}
      ${replyTo && parentId !== rootId ? html`<span class="quiet">→ ${replyTo.displayName}</span>` : nothing}
      <time class="quiet" datetime=${createdAt} title=${exactTime(createdAt)}
        >${relativeTime(createdAt)}</time
      >
      ${editedAt && html`<span class="quiet" title=${exactTime(editedAt)}>· ${t.edited}</span>`}
      ${pinned ? html`<span class="tag strong">${t.pinned}</span>` : nothing} ${this.#badge()}
      ${floor === null ? nothing : html`<span class="floor quiet">#${floor}</span>`}
    </header>`;
  }

  #badge(): TemplateResult | typeof nothing {
    const { state, reasonCode } = this.comment;
    const t = words();
    if (state === 'visible' || state === 'deleted') return nothing;
    const label = state === 'hidden' ? t.hiddenState : t[state];
    return html`<span class="tag ${state}" title=${reasonCode ?? ''}>${label}</span>`;
  }

  #text({ blocked }: Viewer): TemplateResult {
    const { state, html: rendered } = this.comment;
    const t = words();
    if (state === 'deleted') return html`<p class="quiet">${t.tombstone}</p>`;
    const text = html`<div class="prose">${guard([rendered], () => safeHtml(rendered ?? ''))}</div>`;
    return blocked
      ? html`<details>
          <summary class="quiet">${t.hidden}</summary>
          ${text}
        </details>`
      : text;
  }

  #actions(viewer: Viewer): TemplateResult {
    const t = words();
    const { likes, dislikes } = this.comment;
    return html`<footer class="actions" role="group" aria-label=${t.actions}>
      ${this.#reaction('like', likes, viewer)} ${this.#reaction('dislike', dislikes, viewer)}
      ${
        this.discussion.value.subject?.state === 'open' || this.discussion.value.subject === null
          ? html`<button
              class="plain"
              data-testid="comment-reply"
              aria-expanded=${this.#open === 'reply'}
              @click=${() => this.#reply()}
            >
              ${t.reply}
            </button>`
          : nothing
      }
      ${
        viewer.canEdit
          ? html`<button class="plain" data-testid="comment-edit" @click=${() => this.#show('edit')}>
              ${t.edit}
            </button>`
          : nothing
      }
      ${
        viewer.canDelete
          ? html`<button class="plain" data-testid="comment-delete" @click=${() => this.#delete()}>
              ${t.delete}
            </button>`
          : nothing
      }
    </footer>`;
  }

  #reaction(kind: 'like' | 'dislike', count: number, viewer: Viewer): TemplateResult {
    const label = words()[kind];
    return html`<button
      class="plain reaction"
      data-testid="comment-${kind}"
      title=${label}
      aria-label="${label} (${count})"
      aria-pressed=${viewer.reaction === kind}
      @click=${() => this.#react(toggled(viewer.reaction, kind))}
    >
      ${icon(kind)}<span>${count > 0 ? shortNumber(count) : ''}</span>
    </button>`;
  }

  #editor(): TemplateResult {
    const t = words();
    return html`<form class="composer" @submit=${(event: Event) => this.#save(event)}>
      <textarea
        rows="3"
        name="text"
        data-testid="edit-text"
        aria-label=${t.edit}
        maxlength="20000"
        required
        .value=${this.comment.text ?? ''}
      ></textarea>
      ${this.#problem && html`<p class="problem" role="alert">${advice(this.#problem)}</p>`}
      <div class="composer-foot">
        <button type="button" class="plain" @click=${() => this.#show('nothing')}>${t.cancel}</button>
        <button class="button" data-testid="edit-submit" ?disabled=${this.#saving}>${t.save}</button>
      </div>
    </form>`;
  }

  #show(what: 'nothing' | 'reply' | 'edit'): void {
    this.#open = what;
    this.#problem = null;
    this.requestUpdate();
  }

  #reply(): void {
    this.#show(this.#open === 'reply' ? 'nothing' : 'reply');
  }

  #replied({ detail }: PostedEvent): void {
    this.#show('nothing');
    this.discussion.posted(detail);
  }

  #react(to: Viewer['reaction']): void {
    if (session.value === null) location.hash = signInHref(location.hash);
    else void this.discussion.react(this.comment.id, to);
  }

  #delete(): void {
    if (confirm(words().confirmDelete)) void this.discussion.remove(this.comment.id);
  }

  async #save(event: Event): Promise<void> {
    event.preventDefault();
    const text = String(new FormData(event.target as HTMLFormElement).get('text')).trim();
    this.#saving = true;
    this.requestUpdate();
    try {
      await this.discussion.edit(this.comment.id, text);
      this.#show('nothing');
    } catch (error) {
      this.#problem = asProblem(error);
    } finally {
      this.#saving = false;
      this.requestUpdate();
    }
  }
}

customElements.define('storey-comment', CommentView);
