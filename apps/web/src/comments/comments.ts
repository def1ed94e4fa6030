import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { session } from '../api/signed-in.js';
import { language, words } from '../i18n/language.js';
import { advice } from '../i18n/problems.js';
import { subjectHref } from '../router.js';
import { View } from '../view.js';
import { type Sort, type SubjectRef } from './comment.js';
import { type PostedEvent } from './composer.js';
import { Discussion } from './discussion.js';
import { threadView } from './thread-view.js';

const SORTS: readonly Sort[] = ['hot', 'new', 'old'];

/** Everything that is said about a subject. */
export class Comments extends View {
  static override properties = { subject: { attribute: false }, linkedId: { attribute: false } };

  declare subject: SubjectRef;
  declare linkedId: string | null;
  #discussion: Discussion | null = null;
  #viewerId: string | null = null;
  #stop = (): void => undefined;
  readonly #nearEnd = new IntersectionObserver(
    (entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) void this.#discussion?.more();
    },
    { rootMargin: '400px' },
  );

  override connectedCallback(): void {
    super.connectedCallback();
    const discussion = new Discussion(this.subject);
    this.#discussion = discussion;
    this.#viewerId = session.value?.user.id ?? null;
    const stops = [
      discussion.subscribe(() => this.requestUpdate()),
      session.subscribe(() => this.#viewerChanged()),
    ];
    this.#stop = () => stops.forEach((stop) => stop());
    void discussion.load('hot');
    if (this.linkedId !== null) void discussion.link(this.linkedId);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
    this.#nearEnd.disconnect();
    this.#discussion?.close();
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    this.#nearEnd.disconnect();
    const more = this.querySelector('.more');
    if (more !== null) this.#nearEnd.observe(more);
  }

  protected override render(): TemplateResult | typeof nothing {
    const discussion = this.#discussion;
    if (discussion === null) return nothing;
    const { subject, degraded, fresh, problem } = discussion.value;
    const t = words();
    return html`<section class="comments" aria-labelledby="comments-title">
      <header class="section-head">
        <h2 id="comments-title" data-testid="comments-count">
          ${subject === null ? t.comments : t.commentCount(subject.counts.all)}
        </h2>
        ${this.#sorts(discussion)}
      </header>
      ${this.#linked(discussion)}
      ${
        subject !== null && subject.state !== 'open'
          ? html`<p class="notice">${t.closed}</p>`
          : html`<storey-composer
              .subject=${this.subject}
              @posted=${({ detail }: PostedEvent) => discussion.posted(detail)}
            ></storey-composer>`
      }
      ${degraded.length > 0 ? html`<p class="notice" role="status">${t.degraded}</p>` : nothing}
      <div role="status" class="arrivals">
        ${
          fresh.length === 0
            ? nothing
            : html`<button class="pill" data-testid="comments-arrived" @click=${() => discussion.welcome()}>
                ${t.arrived(fresh.length)} ↑
              </button>`
        }
      </div>
      ${this.#list(discussion)}
      ${
        problem &&
        html`<p class="problem" role="alert">
          ${advice(problem)}
          <button class="link" @click=${() => discussion.load(discussion.value.sort)}>${t.tryAgain}</button>
        </p>`
      }
    </section>`;
  }

  #sorts(discussion: Discussion): TemplateResult {
    const t = words();
    return html`<div class="tabs" role="group" aria-label=${t.sortBy}>
      ${SORTS.map(
        (sort) =>
          html`<button
            data-testid="sort-${sort}"
            aria-pressed=${sort === discussion.value.sort}
            @click=${() => discussion.load(sort)}
          >
            ${t[sort]}
          </button>`,
      )}
    </div>`;
  }

  #linked(discussion: Discussion): TemplateResult | typeof nothing {
    const { linked } = discussion.value;
    const t = words();
    if (linked.length === 0) return nothing;
    return html`<aside class="linked">
      <header class="section-head">
        <h3>${t.linked}</h3>
        <a href=${subjectHref(this.subject)}>${t.showAll}</a>
      </header>
      <ol class="threads">
        ${linked.map((thread) => threadView(discussion, thread))}
      </ol>
    </aside>`;
  }

  #list(discussion: Discussion): TemplateResult {
    const { linked, pinned, comments, busy, nextCursor, problem } = discussion.value;
    const t = words();
    const all = [...pinned, ...comments].filter(({ id }) => linked.every((each) => each.id !== id));
    return html` <ol class="threads" lang=${language.value} aria-busy=${busy}>
        ${repeat(
          all,
          ({ id }) => id,
          (thread) => threadView(discussion, thread),
        )}
      </ol>
      ${busy ? html`<p class="quiet center" role="status">${t.loading}</p>` : nothing}
      ${
        nextCursor !== null && !busy && problem === null
          ? html`<button class="plain more" data-testid="comments-more" @click=${() => discussion.more()}>
              ${t.more}
            </button>`
          : nothing
      }
      ${
        nextCursor === null && !busy && problem === null
          ? html`<p class="quiet center">${all.length === 0 ? t.noComments : t.allSeen}</p>`
          : nothing
      }`;
  }

  /** What somebody may do, and what is theirs, is another page for another viewer. A renewed token is the same one. */
  #viewerChanged(): void {
    const viewerId = session.value?.user.id ?? null;
    if (viewerId === this.#viewerId) return;
    this.#viewerId = viewerId;
    void this.#discussion?.load(this.#discussion.value.sort);
  }
}

customElements.define('storey-comments', Comments);
