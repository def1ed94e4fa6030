import { html, type TemplateResult } from 'lit';
import { videoCard } from './history/card.js';
import './history/continue-shelf.js';
import { type Progress } from './history/records.js';
import { watchedSoFar } from './history/saved-place.js';
import { watchedShare } from './history/watched.js';
import { language, words } from './i18n/language.js';
import { videos } from './player/videos.js';
import { View } from './view.js';

/** The films, and what was begun of them. */
export class HomePage extends View {
  #watched: ReadonlyMap<string, Progress> = new Map();

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  protected override render(): TemplateResult {
    const t = words();
    return html` <header class="hero">
        <h1>Storey</h1>
        <p>${t.tagline}</p>
      </header>
      <storey-continue></storey-continue>
      <section aria-labelledby="videos-title">
        <h2 id="videos-title">${t.videos}</h2>
        <ul class="cards">
          ${videos.map((video) => {
            const watched = this.#watched.get(video.oid);
            const share = watched === undefined ? null : watchedShare(watched);
            return html`<li>${videoCard(video, share, video.notes[language.value])}</li>`;
          })}
        </ul>
      </section>`;
  }

  async #load(): Promise<void> {
    this.#watched = await watchedSoFar(videos.map(({ oid }) => oid));
    this.requestUpdate();
  }
}

customElements.define('storey-home', HomePage);
