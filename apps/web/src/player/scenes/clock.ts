import { background, disc, type Scene } from './scene.js';

export const clock: Scene = (ctx, seconds, width, height) => {
  background(ctx, width, height, '#f4ece0', '#e2d3bd');
  const radius = height * 0.38;
  ctx.save();
  ctx.translate(width / 2, height / 2);
  ctx.fillStyle = '#fffdf8';
  disc(ctx, 0, 0, radius * 1.06);
  for (let mark = 0; mark < 60; mark += 1) {
    const long = mark % 5 === 0;
    hand(
      ctx,
      mark / 60,
      radius * (long ? 0.88 : 0.94),
      radius,
      long ? height / 130 : height / 300,
      '#43362a',
    );
  }
  const time = 10 * 3600 + 9 * 60 + seconds;
  hand(ctx, time / 43_200, -radius * 0.1, radius * 0.5, height / 55, '#43362a');
  hand(ctx, time / 3600, -radius * 0.12, radius * 0.78, height / 85, '#43362a');
  hand(ctx, settled(time) / 60, -radius * 0.18, radius * 0.86, height / 190, '#c8553d');
  ctx.fillStyle = '#c8553d';
  disc(ctx, 0, 0, radius * 0.04);
  ctx.restore();
};

function hand(
  ctx: CanvasRenderingContext2D,
  turn: number,
  from: number,
  to: number,
  thickness: number,
  colour: string,
): void {
  ctx.save();
  ctx.rotate(turn * Math.PI * 2);
  ctx.strokeStyle = colour;
  ctx.lineWidth = thickness;
  ctx.lineCap = 'round';
  ctx.beginPath();
  ctx.moveTo(0, -from);
  ctx.lineTo(0, -to);
  ctx.stroke();
  ctx.restore();
}

/** The hand jumps at each second and swings in. */
function settled(time: number): number {
  const within = time % 1;
  return Math.floor(time) + 1 - Math.exp(-within * 14) * Math.cos(within * 30);
}
