import { html, nothing, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import { asProblem } from '../api/problem.js';
import { session } from '../api/signed-in.js';
import { nextSeq } from '../history/device-seq.js';
import { report } from '../history/records.js';
import { savedPlace } from '../history/saved-place.js';
import { clockTime } from '../i18n/clock-time.js';
import { language, words } from '../i18n/language.js';
import { icon } from '../icon.js';
import { View } from '../view.js';
import { commandOf } from './keys.js';
import { paint } from './paint.js';
import { Playback } from './playback.js';
import { ProgressReporter } from './progress-reporter.js';
import { type Scene } from './scenes/scene.js';
import { type Video } from './videos.js';

const SKIP_SECONDS = 5;
/** Pictures a second for those who asked for less motion. */
const CALM_RATE = 1;

const seconds = (): number => performance.now() / 1000;

/** Shows a film, keeps its place in the history of whoever is signed in, and finds it again. */
export class Player extends View {
  static override properties = { video: { attribute: false } };

  declare video: Video;
  readonly #canvas = createRef<HTMLCanvasElement>();
  readonly #leaving = new AbortController();
  #playback = new Playback(0, seconds);
  #reporter: ProgressReporter | null = null;
  #scene: Scene = () => undefined;
  #resumedAt: number | null = null;
  #frame = 0;
  #drawnAt = 0;
  /** Once somebody moved it, the saved place comes too late. */
  #touched = false;
  /** It played when the page was hidden. */
  #waiting = false;

  override connectedCallback(): void {
    super.connectedCallback();
    const { signal } = this.#leaving;
    document.addEventListener('keydown', (event) => this.#key(event), { signal });
    document.addEventListener('visibilitychange', () => this.#look(), { signal });
    addEventListener('pagehide', () => this.#leave(), { signal });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leave();
    this.#leaving.abort();
    cancelAnimationFrame(this.#frame);
  }

  protected override firstUpdated(): void {
    const { duration, titles } = this.video;
    this.#playback = new Playback(duration, seconds);
    this.#scene = this.video.scene();
    this.#reporter = new ProgressReporter(
      { duration, title: titles[language.value] },
      (progress, leaving) => this.#send(progress, leaving),
      nextSeq,
    );
    this.#frame = requestAnimationFrame(() => this.#tick());
    this.requestUpdate();
    void this.#resume();
  }

  protected override render(): TemplateResult {
    const { position, playing, ended } = this.#playback;
    const { duration } = this.video;
    const t = words();
    const label = playing ? t.pause : ended ? t.watchAgain : t.play;
    return html` <div class="screen" @click=${() => this.#toggle()}>
        <canvas ${ref(this.#canvas)} role="img" aria-label=${this.video.titles[language.value]}></canvas>
        ${playing ? nothing : html`<span class="screen-play">${icon(ended ? 'again' : 'play')}</span>`}
      </div>
      <div class="controls">
        <button
          class="round"
          data-testid="player-play"
          aria-label=${label}
          title=${label}
          @click=${() => this.#toggle()}
        >
          ${icon(playing ? 'pause' : ended ? 'again' : 'play')}
        </button>
        <input
          type="range"
          min="0"
          max=${duration}
          step="1"
          data-testid="player-seek"
          aria-label=${t.seek}
          aria-valuetext="${clockTime(position)} / ${clockTime(duration)}"
          style="--played: ${(position / duration) * 100}%"
          .value=${String(Math.floor(position))}
          @input=${(event: Event) => this.#drag(event)}
          @change=${() => this.#settle()}
        />
        <span class="time" data-testid="player-time">${clockTime(position)} / ${clockTime(duration)}</span>
      </div>
      <p class="quiet player-note" role="status">
        ${
          this.#resumedAt === null
            ? t.playerHint
            : html`${t.continued(clockTime(this.#resumedAt))} ·
                <button class="link" @click=${() => this.#startOver()}>${t.startOver}</button>`
        }
      </p>`;
  }

  #tick(): void {
    this.#frame = requestAnimationFrame(() => this.#tick());
    const { position, playing, ended } = this.#playback;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (calm && playing && seconds() - this.#drawnAt < 1 / CALM_RATE) return;
    this.#drawnAt = seconds();
    paint(this.#canvas.value, this.#scene, position);
    if (!playing) return;
    if (ended) this.#end();
    else this.#reporter?.playing(position);
    this.requestUpdate();
  }

  #end(): void {
    this.#playback.pause();
    this.#resumedAt = null;
    this.#reporter?.finished();
  }

  #toggle(): void {
    this.#touched = true;
    if (this.#playback.playing) this.#playback.pause();
    else this.#playback.play();
    this.#reporter?.report(this.#playback.position);
    this.requestUpdate();
  }

  #drag(event: Event): void {
    this.#touched = true;
    this.#playback.seek(Number((event.target as HTMLInputElement).value));
    this.requestUpdate();
  }

  /** The place where a seek came to rest. */
  #settle(): void {
    this.#touched = true;
    if (this.#playback.ended) this.#end();
    else this.#reporter?.report(this.#playback.position);
    this.requestUpdate();
  }

  #startOver(): void {
    this.#resumedAt = null;
    this.#playback.seek(0);
    this.#settle();
  }

  #key(event: KeyboardEvent): void {
    const command = commandOf(event);
    if (command === undefined) return;
    event.preventDefault();
    if (command === 'toggle') this.#toggle();
    else this.#skip(command === 'back' ? -SKIP_SECONDS : SKIP_SECONDS);
  }

  #skip(by: number): void {
    this.#playback.seek(this.#playback.position + by);
    this.#settle();
  }

  #look(): void {
    if (document.hidden) this.#leave();
    else this.#return();
  }

  /** Nobody sees the film: it waits. */
  #leave(): void {
    if (!this.#playback.playing) return;
    this.#reporter?.leaving(this.#playback.position);
    this.#playback.pause();
    this.#waiting = true;
  }

  #return(): void {
    if (this.#waiting) this.#playback.play();
    this.#waiting = false;
  }

  #send(progress: Parameters<typeof report>[1], leaving: boolean): void {
    if (session.value === null) return;
    // A report that is lost is made good by the next one, five seconds later.
    report(this.video.oid, progress, leaving).catch(asProblem);
  }

  async #resume(): Promise<void> {
    const place = await savedPlace(this.video.oid);
    if (place === null || this.#touched || !this.isConnected) return;
    this.#playback.seek(place);
    this.#resumedAt = place;
    this.requestUpdate();
  }
}

customElements.define('storey-player', Player);
