import { html, nothing, type TemplateResult } from 'lit';
import { asProblem, type Problem } from '../api/problem.js';
import { session } from '../api/signed-in.js';
import { words } from '../i18n/language.js';
import { advice } from '../i18n/problems.js';
import { signInHref } from '../router.js';
import { View } from '../view.js';
import { postComment } from './calls.js';
import { type Comment, type SubjectRef } from './comment.js';
import { keepDraft, readDraft } from './drafts.js';
import { Submission } from './submission.js';

const MAX_CHARACTERS = 2000;
const graphemes = new Intl.Segmenter();

/** Tells its page what was posted. */
export class PostedEvent extends CustomEvent<Comment> {
  constructor(comment: Comment) {
    super('posted', { detail: comment, bubbles: true });
  }
}

/** Writes a comment, or a reply to `parent`. */
export class Composer extends View {
  static override properties = { subject: { attribute: false }, parent: { attribute: false } };

  declare subject: SubjectRef;
  declare parent: Comment | undefined;
  #text = '';
  #sending = false;
  #problem: Problem | null = null;
  readonly #submission = new Submission((text: string, key: string) =>
    postComment(this.subject, { text, ...(this.parent && { parentId: this.parent.id }) }, key),
  );

  override connectedCallback(): void {
    super.connectedCallback();
    this.#text = readDraft(this.subject, this.parent?.id);
  }

  protected override firstUpdated(): void {
    if (this.parent !== undefined) this.querySelector('textarea')?.focus();
  }

  protected override render(): TemplateResult {
    const t = words();
    const name = this.parent === undefined ? 'composer' : 'reply';
    const label = this.parent === undefined ? t.write : t.writeReply(this.parent.author?.displayName ?? '');
    const away = session.value === null;
    return html` <form class="composer" @submit=${(event: Event) => this.#submit(event)}>
      <textarea
        rows="3"
        data-testid="${name}-text"
        aria-label=${label}
        ?disabled=${away}
        maxlength="20000"
        placeholder=${label}
        .value=${this.#text}
        @input=${(event: Event) => this.#type(event)}
        @keydown=${(event: KeyboardEvent) => this.#shortcut(event)}
      ></textarea>
      ${this.#problem && html`<p class="problem" role="alert">${advice(this.#problem)}</p>`}
      <div class="composer-foot">
        <span class="quiet hint">${t.markdown}</span>
        ${this.#count()}
        ${this.parent && html`<button type="button" class="plain" @click=${() => this.#close()}>${t.cancel}</button>`}
        ${
          away
            ? html`<a class="button" href=${signInHref(location.hash)}>${t.signInToComment}</a>`
            : html`<button class="button" data-testid="${name}-submit" ?disabled=${!this.#sendable}>
                ${this.#sendLabel()}
              </button>`
        }
      </div>
    </form>`;
  }

  get #length(): number {
    return [...graphemes.segment(this.#text.trim())].length;
  }

  get #sendable(): boolean {
    return !this.#sending && this.#length > 0 && this.#length <= MAX_CHARACTERS;
  }

  #count(): TemplateResult | typeof nothing {
    if (this.#text === '') return nothing;
    const label = words().characters(this.#length, MAX_CHARACTERS);
    return html`<span
      class="count ${this.#length > MAX_CHARACTERS ? 'over' : ''}"
      title=${label}
      aria-label=${label}
      >${this.#length}/${MAX_CHARACTERS}</span
    >`;
  }

  #sendLabel(): string {
    const t = words();
    if (this.#sending) return t.sending;
    if (this.#problem?.passing) return t.sendAgain;
    return this.parent === undefined ? t.send : t.sendReply;
  }

  #type(event: Event): void {
    this.#text = (event.target as HTMLTextAreaElement).value;
    keepDraft(this.subject, this.parent?.id, this.#text);
    this.requestUpdate();
  }

  #shortcut(event: KeyboardEvent): void {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey))
      this.querySelector('form')?.requestSubmit();
    if (event.key === 'Escape' && this.parent !== undefined) this.#close();
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    if (!this.#sendable) return;
    this.#sending = true;
    this.#problem = null;
    this.requestUpdate();
    try {
      const { comment } = await this.#submission.send(this.#text.trim());
      this.#text = '';
      keepDraft(this.subject, this.parent?.id, '');
      this.dispatchEvent(new PostedEvent(comment));
    } catch (error) {
      this.#problem = asProblem(error);
    } finally {
      this.#sending = false;
      this.requestUpdate();
    }
  }

  #close(): void {
    this.dispatchEvent(new Event('dismissed'));
  }
}

customElements.define('storey-composer', Composer);
