import { html, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import { View } from '../view.js';
import { paint } from './paint.js';
import { type Video } from './videos.js';

/** One still of a film. */
export class Thumbnail extends View {
  static override properties = { video: { attribute: false } };

  declare video: Video;
  readonly #canvas = createRef<HTMLCanvasElement>();

  protected override render(): TemplateResult {
    return html`<canvas ${ref(this.#canvas)} aria-hidden="true"></canvas>`;
  }

  protected override updated(): void {
    paint(this.#canvas.value, this.video.scene(), this.video.duration * 0.2);
  }
}

customElements.define('storey-thumbnail', Thumbnail);
