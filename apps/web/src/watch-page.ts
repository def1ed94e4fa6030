import { html, type TemplateResult } from 'lit';
import './comments/comments.js';
import { language } from './i18n/language.js';
import './player/player.js';
import { type Video } from './player/videos.js';
import { View } from './view.js';

export class WatchPage extends View {
  static override properties = { video: { attribute: false }, commentId: { attribute: false } };

  declare video: Video;
  declare commentId: string | null;

  protected override render(): TemplateResult {
    const { oid, titles, notes } = this.video;
    return html` <storey-player .video=${this.video}></storey-player>
      <header class="film-head">
        <h1>${titles[language.value]}</h1>
        <p class="quiet">${notes[language.value]}</p>
      </header>
      <storey-comments .subject=${{ type: 'video', oid }} .linkedId=${this.commentId}></storey-comments>`;
  }
}

customElements.define('storey-watch', WatchPage);
