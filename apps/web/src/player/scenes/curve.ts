import { background, disc, type Scene } from './scene.js';

const TRAIL_SECONDS = 24;
const POINTS = 700;

/** A Lissajous figure whose frequencies slowly drift apart. */
export const curve: Scene = (ctx, seconds, width, height) => {
  background(ctx, width, height, '#2d1e3e', '#12213f');
  ctx.lineWidth = height / 160;
  ctx.lineCap = 'round';
  for (let point = 1; point <= POINTS; point += 1) {
    const age = point / POINTS;
    const [x0, y0] = at(seconds - TRAIL_SECONDS * (1 - (point - 1) / POINTS), width, height);
    const [x1, y1] = at(seconds - TRAIL_SECONDS * (1 - age), width, height);
    ctx.strokeStyle = `hsl(${280 - age * 110} 75% 68% / ${age ** 1.5})`;
    ctx.beginPath();
    ctx.moveTo(x0, y0);
    ctx.lineTo(x1, y1);
    ctx.stroke();
  }
  ctx.fillStyle = '#ffffff';
  disc(ctx, ...at(seconds, width, height), height / 70);
};

function at(t: number, width: number, height: number): [x: number, y: number] {
  const x = Math.sin(t * 0.9) * 0.75 + Math.sin(t * 2.71) * 0.25;
  const y = Math.cos(t * 1.37) * 0.75 + Math.cos(t * 3.1) * 0.25;
  return [width * (0.5 + x * 0.36), height * (0.5 + y * 0.4)];
}
