import { html, nothing, type TemplateResult } from 'lit';
import { asProblem } from '../api/problem.js';
import { words } from '../i18n/language.js';
import { View } from '../view.js';
import { readSettings, writeSettings, type HistorySettings } from './records.js';

/** Whether what is watched is remembered. */
export class RecordingSwitch extends View {
  #settings: HistorySettings | null = null;

  protected override firstUpdated(): void {
    void this.#change(readSettings);
  }

  protected override render(): TemplateResult | typeof nothing {
    const settings = this.#settings;
    const t = words();
    if (settings === null) return nothing;
    return html`<label class="switch">
        <input
          type="checkbox"
          role="switch"
          data-testid="history-remember"
          .checked=${!settings.paused}
          @change=${() => this.#toggle(settings)}
        />
        ${t.remember}
      </label>
      ${settings.paused ? html`<span class="quiet" role="status">${t.pausedNote}</span>` : nothing}`;
  }

  async #toggle(settings: HistorySettings): Promise<void> {
    const next = { paused: !settings.paused, retentionDays: settings.retentionDays };
    this.#settings = next;
    this.requestUpdate();
    const written = await this.#change(async () => {
      await writeSettings(next);
      return next;
    });
    if (!written) this.#settings = settings;
    this.requestUpdate();
  }

  async #change(to: () => Promise<HistorySettings>): Promise<boolean> {
    try {
      this.#settings = await to();
      return true;
    } catch (error) {
      // The switch goes back to where it was: that tells it.
      asProblem(error);
      return false;
    } finally {
      this.requestUpdate();
    }
  }
}

customElements.define('storey-recording-switch', RecordingSwitch);
