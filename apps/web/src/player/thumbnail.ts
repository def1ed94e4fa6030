import { html, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import { View } from '../view.js';
import { sizeCanvas } from './size-canvas.js';
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
    const canvas = this.#canvas.value;
    const ctx = canvas?.getContext('2d');
    if (!canvas || !ctx) return;
    sizeCanvas(canvas);
    this.video.scene()(ctx, this.video.duration * 0.2, canvas.width, canvas.height);
  }
}

customElements.define('storey-thumbnail', Thumbnail);
