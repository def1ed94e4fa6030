import { type Scene } from './scenes/scene.js';

const MAX_WIDTH = 1600;

/** Draws a moment of a film at the resolution of the screen, bounded for very large or dense ones. */
export function paint(canvas: HTMLCanvasElement | undefined, scene: Scene, seconds: number): void {
  const ctx = canvas?.getContext('2d');
  if (!canvas || !ctx) return;
  const width = Math.min(MAX_WIDTH, Math.round(canvas.clientWidth * Math.min(devicePixelRatio, 2)));
  const height = Math.round((width * 9) / 16);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  scene(ctx, seconds, width, height);
}
