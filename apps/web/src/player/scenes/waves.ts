import { background, disc, type Scene } from './scene.js';

const LAYERS = ['#9ad1d4', '#5aa9b5', '#2f7f95', '#1d5a73', '#123c54'];

export const waves: Scene = (ctx, seconds, width, height) => {
  background(ctx, width, height, '#ffe3c2', '#f7b695');
  ctx.fillStyle = '#fff4dc';
  disc(ctx, width * 0.7, height * (0.28 + 0.001 * seconds), height * 0.1);
  LAYERS.forEach((colour, layer) => {
    const base = height * (0.45 + layer * 0.11);
    const swell = height * (0.035 + layer * 0.006);
    const drift = seconds * (0.35 + layer * 0.18);
    ctx.fillStyle = colour;
    ctx.beginPath();
    ctx.moveTo(0, height);
    for (let x = 0; x <= 64; x += 1) {
      const across = (x / 64) * Math.PI * (3 + layer * 0.7);
      const y = base + swell * (Math.sin(across + drift) + 0.5 * Math.sin(across * 2.3 - drift * 1.4));
      ctx.lineTo((x / 64) * width, y);
    }
    ctx.lineTo(width, height);
    ctx.fill();
  });
};
