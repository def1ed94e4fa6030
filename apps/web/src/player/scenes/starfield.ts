import { background, disc, noise, type Scene } from './scene.js';

const STARS = 260;
const TINTS = ['#ffffff', '#cfe3ff', '#ffe9c9'];

export const starfield: Scene = (ctx, seconds, width, height) => {
  background(ctx, width, height, '#0d1021', '#1e1033');
  for (let star = 0; star < STARS; star += 1) {
    const depth = 1 - ((noise(star * 3) + seconds * 0.045) % 1);
    const turn = seconds * 0.01;
    const [x, y] = [noise(star * 3 + 1) - 0.5, noise(star * 3 + 2) - 0.5];
    const across = (x * Math.cos(turn) - y * Math.sin(turn)) / depth;
    const down = (x * Math.sin(turn) + y * Math.cos(turn)) / depth;
    ctx.globalAlpha = Math.min(1, (1 - depth) * 1.4);
    ctx.fillStyle = TINTS[star % TINTS.length] ?? '#ffffff';
    disc(ctx, width * (0.5 + across * 0.6), height * (0.5 + down * 0.9), (height / 170) * (1.25 - depth));
  }
  ctx.globalAlpha = 1;
};
