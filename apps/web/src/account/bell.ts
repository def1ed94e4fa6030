import { html, nothing, type TemplateResult } from 'lit';
import { asProblem, type Problem } from '../api/problem.js';
import { session } from '../api/signed-in.js';
import { relativeTime, exactTime } from '../i18n/format.js';
import { words } from '../i18n/language.js';
import { advice } from '../i18n/problems.js';
import { icon } from '../icon.js';
import { subjectHref } from '../router.js';
import { View } from '../view.js';
import { countUnread, listNotifications, markRead, type Notification } from './calls.js';

const EVERY_MS = 30_000;
const MOST_SHOWN = 99;

/** How many notifications are unread, and what they are. */
export class Bell extends View {
  #unread = 0;
  #open = false;
  #problem: Problem | null = null;
  #notifications: readonly Notification[] | null = null;
  #leaving = new AbortController();

  override connectedCallback(): void {
    super.connectedCallback();
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    const timer = setInterval(() => void this.#count(), EVERY_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
    document.addEventListener('visibilitychange', () => void this.#count(), { signal });
    document.addEventListener('click', (event) => this.#clickedElsewhere(event), { signal });
    addEventListener('hashchange', () => this.#close(), { signal });
    void this.#count();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leaving.abort();
  }

  protected override render(): TemplateResult {
    const t = words();
    const label = this.#unread > 0 ? t.unread(this.#unread) : t.notifications;
    const shown = this.#unread > MOST_SHOWN ? `${MOST_SHOWN}+` : this.#unread;
    return html` <button
        class="round"
        data-testid="bell"
        aria-label=${label}
        title=${label}
        aria-expanded=${this.#open}
        @click=${() => this.#toggle()}
      >
        ${icon('bell')}
        ${this.#unread > 0 ? html`<span class="dot" data-testid="bell-count" aria-hidden="true">${shown}</span>` : nothing}
      </button>
      ${this.#open ? this.#panel() : nothing}`;
  }

  #panel(): TemplateResult {
    const t = words();
    const list = this.#notifications;
    return html`<div
      class="popover"
      role="region"
      aria-label=${t.notifications}
      @keydown=${(event: KeyboardEvent) => event.key === 'Escape' && this.#close()}
    >
      <header class="section-head">
        <h2>${t.notifications}</h2>
        <button
          class="link"
          data-testid="bell-read"
          ?disabled=${this.#unread === 0}
          @click=${() => this.#read()}
        >
          ${t.markRead}
        </button>
      </header>
      ${this.#problem && html`<p class="problem" role="alert">${advice(this.#problem)}</p>`}
      ${list?.length === 0 ? html`<p class="empty">${t.noNotifications}</p>` : nothing}
      <ul>
        ${list?.map((each) => this.#item(each)) ?? html`<li class="quiet">${t.loading}</li>`}
      </ul>
    </div>`;
  }

  #item({ kind, at, read, comment, actors, count }: Notification): TemplateResult {
    const t = words();
    const first = actors[0]?.displayName ?? t.someone;
    const who = count > 1 && kind === 'like' ? t.andOthers(first, count - 1) : first;
    const text = html`<strong>${t.notified[kind](who)}</strong>
      ${comment?.text ? html`<span class="excerpt">${comment.text}</span>` : nothing}
      <time class="quiet" datetime=${at} title=${exactTime(at)}>${relativeTime(at)}</time>`;
    return html`<li class=${read ? '' : 'unread'} data-testid="notification">
      ${
        comment?.subject.type === 'video'
          ? html`<a href=${subjectHref(comment.subject, comment.id)}>${text}</a>`
          : html`<div>${text}</div>`
      }
    </li>`;
  }

  #toggle(): void {
    this.#open = !this.#open;
    this.requestUpdate();
    if (this.#open) void this.#list();
  }

  #close(): void {
    this.#open = false;
    this.requestUpdate();
  }

  #clickedElsewhere(event: Event): void {
    if (this.#open && !event.composedPath().includes(this)) this.#close();
  }

  #list(): Promise<void> {
    return this.#attempt(async () => {
      this.#notifications = (await listNotifications(null)).notifications;
    });
  }

  async #read(): Promise<void> {
    const newest = this.#notifications?.[0];
    if (newest === undefined) return;
    await this.#attempt(async () => {
      await markRead(newest.id);
      this.#unread = 0;
      this.#notifications = (await listNotifications(null)).notifications;
    });
  }

  /** Asked often and in the background: what fails now is asked again in half a minute. */
  async #count(): Promise<void> {
    if (document.hidden || session.value === null) return;
    try {
      this.#unread = (await countUnread()).count;
      this.requestUpdate();
    } catch (error) {
      asProblem(error);
    }
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    this.#problem = null;
    try {
      await work();
    } catch (error) {
      this.#problem = asProblem(error);
    }
    this.requestUpdate();
  }
}

customElements.define('storey-bell', Bell);
