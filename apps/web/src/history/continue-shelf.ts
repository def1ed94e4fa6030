import { html, nothing, type TemplateResult } from 'lit';
import { asProblem } from '../api/problem.js';
import { session } from '../api/signed-in.js';
import { words } from '../i18n/language.js';
import { icon } from '../icon.js';
import { videoOf, type Video } from '../player/videos.js';
import { View } from '../view.js';
import { videoCard } from './card.js';
import { BUSINESS, hideFromContinue, listContinue, type Record } from './records.js';
import { titleOf, watchedNote, watchedShare } from './watched.js';

interface Started {
  readonly record: Record;
  readonly video: Video;
}

/** What was started and not finished. Draws nothing when there is none. */
export class ContinueShelf extends View {
  #started: readonly Started[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (session.value === null || this.#started.length === 0) return nothing;
    const t = words();
    return html`<section aria-labelledby="continue-title">
      <h2 id="continue-title">${t.continueWatching}</h2>
      <ul class="cards">
        ${this.#started.map(({ record, video }) => {
          const label = t.takeOff(titleOf(record));
          return html`<li data-testid="continue-item">
            ${videoCard(video, watchedShare(record), watchedNote(record))}
            <button
              class="round small on-card"
              aria-label=${label}
              title=${label}
              data-testid="continue-hide"
              @click=${() => this.#hide(record)}
            >
              ${icon('close')}
            </button>
          </li>`;
        })}
      </ul>
    </section>`;
  }

  async #load(): Promise<void> {
    if (session.value === null) return;
    try {
      const { records } = await listContinue();
      this.#started = records.flatMap((record) => {
        const video = record.business === BUSINESS ? videoOf(record.oid) : undefined;
        return video === undefined ? [] : [{ record, video }];
      });
    } catch (error) {
      // The shelf is an extra: the page is whole without it.
      asProblem(error);
    }
    this.requestUpdate();
  }

  async #hide(record: Record): Promise<void> {
    this.#started = this.#started.filter((each) => each.record !== record);
    this.requestUpdate();
    try {
      await hideFromContinue(record);
    } catch (error) {
      asProblem(error);
      await this.#load();
    }
  }
}

customElements.define('storey-continue', ContinueShelf);
