import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { asProblem, type Problem } from '../api/problem.js';
import { session } from '../api/signed-in.js';
import { exactTime, relativeTime } from '../i18n/format.js';
import { words } from '../i18n/language.js';
import { advice } from '../i18n/problems.js';
import { icon } from '../icon.js';
import '../player/thumbnail.js';
import { videoOf } from '../player/videos.js';
import { signInHref, videoHref } from '../router.js';
import { View } from '../view.js';
import { progressBar } from './card.js';
import './continue-shelf.js';
import { forget, forgetAll, listHistory, type Record } from './records.js';
import './recording-switch.js';
import { titleOf, watchedNote, watchedShare } from './watched.js';

const TYPING_PAUSE_MS = 250;

/** Everything watched, newest first. */
export class HistoryPage extends View {
  #records: readonly Record[] = [];
  #nextCursor: string | null = null;
  #q = '';
  #busy = true;
  #problem: Problem | null = null;
  #loading = new AbortController();
  #typing: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
    this.#loading.abort();
  }

  protected override render(): TemplateResult {
    const t = words();
    if (session.value === null)
      return html`<h1>${t.history}</h1>
        <p class="empty">${t.signInForHistory}</p>
        <p class="center"><a class="button" href=${signInHref('#/history')}>${t.signIn}</a></p>`;
    return html` <h1>${t.history}</h1>
      <storey-continue></storey-continue>
      <section class="history">
        <div class="toolbar">
          <input
            type="search"
            data-testid="history-search"
            aria-label=${t.search}
            placeholder=${t.search}
            maxlength="64"
            .value=${this.#q}
            @input=${(event: Event) => this.#search(event)}
          />
          <storey-recording-switch></storey-recording-switch>
          <button
            class="plain"
            data-testid="history-clear"
            ?disabled=${this.#records.length === 0}
            @click=${() => this.#clear()}
          >
            ${t.clearAll}
          </button>
        </div>
        ${
          this.#problem &&
          html`<p class="problem" role="alert">
            ${advice(this.#problem)} <button class="link" @click=${() => this.#load()}>${t.tryAgain}</button>
          </p>`
        }
        <ul class="rows" aria-busy=${this.#busy}>
          ${repeat(
            this.#records,
            ({ business, oid }) => `${business}/${oid}`,
            (record) => this.#row(record),
          )}
        </ul>
        ${this.#foot()}
      </section>`;
  }

  #row(record: Record): TemplateResult {
    const video = videoOf(record.oid);
    const label = words().forget(titleOf(record));
    return html`<li class="row" data-testid="history-item">
      <a href=${videoHref(record.oid)}>
        <span class="still">
          ${video && html`<storey-thumbnail .video=${video}></storey-thumbnail>`}
          ${progressBar(watchedShare(record))}
        </span>
        <span>
          <strong>${titleOf(record)}</strong>
          <span class="quiet">${watchedNote(record)}</span>
          <time class="quiet" datetime=${record.at} title=${exactTime(record.at)}
            >${relativeTime(record.at)}</time
          >
        </span>
      </a>
      <button
        class="round small"
        aria-label=${label}
        title=${label}
        data-testid="history-delete"
        @click=${() => this.#forget(record)}
      >
        ${icon('close')}
      </button>
    </li>`;
  }

  #foot(): TemplateResult | typeof nothing {
    const t = words();
    if (this.#busy) return html`<p class="quiet center" role="status">${t.loading}</p>`;
    if (this.#nextCursor !== null)
      return html`<button class="plain more" @click=${() => this.#more()}>${t.more}</button>`;
    if (this.#records.length > 0 || this.#problem !== null) return nothing;
    return html`<p class="empty">${this.#q === '' ? t.noHistory : t.noHits}</p>`;
  }

  #search(event: Event): void {
    this.#q = (event.target as HTMLInputElement).value;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.#load(), TYPING_PAUSE_MS);
  }

  async #load(): Promise<void> {
    if (session.value === null) return;
    await this.#fetch(null, []);
  }

  #more(): Promise<void> {
    return this.#fetch(this.#nextCursor, this.#records);
  }

  async #fetch(cursor: string | null, before: readonly Record[]): Promise<void> {
    this.#loading.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    await this.#attempt(async () => {
      const page = await listHistory(this.#q, cursor, signal);
      this.#records = [...before, ...page.records];
      this.#nextCursor = page.nextCursor;
    }, signal);
  }

  #forget(record: Record): Promise<void> {
    return this.#attempt(async () => {
      await forget(record);
      this.#records = this.#records.filter((each) => each !== record);
    });
  }

  async #clear(): Promise<void> {
    if (!confirm(words().confirmClear)) return;
    await this.#attempt(async () => {
      await forgetAll();
      this.#records = [];
      this.#nextCursor = null;
    });
  }

  async #attempt(work: () => Promise<void>, signal?: AbortSignal): Promise<void> {
    this.#busy = true;
    this.#problem = null;
    this.requestUpdate();
    try {
      await work();
    } catch (error) {
      if (signal?.aborted) return;
      this.#problem = asProblem(error);
    }
    this.#busy = false;
    this.requestUpdate();
  }
}

customElements.define('storey-history', HistoryPage);
