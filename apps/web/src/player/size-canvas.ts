/** As many points as the screen can show of it, bounded for very large or dense screens. */
export function sizeCanvas(canvas: HTMLCanvasElement): void {
  const density = Math.min(devicePixelRatio, 2);
  const width = Math.min(1600, Math.round(canvas.clientWidth * density));
  const height = Math.round((width * 9) / 16);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}
