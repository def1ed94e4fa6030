import { html, type TemplateResult } from 'lit';
import { videoCard } from './history/card.js';
import './history/continue-shelf.js';
import { language, words } from './i18n/language.js';
import { videos } from './player/videos.js';
import { View } from './view.js';

export class HomePage extends View {
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
          ${videos.map((video) => html`<li>${videoCard(video, null, video.notes[language.value])}</li>`)}
        </ul>
      </section>`;
  }
}

customElements.define('storey-home', HomePage);
