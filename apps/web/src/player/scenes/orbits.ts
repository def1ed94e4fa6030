import { background, disc, type Scene } from './scene.js';

const PLANETS = [
  { orbit: 0.14, size: 0.012, period: 6, colour: '#f2c14e' },
  { orbit: 0.2, size: 0.018, period: 10, colour: '#f78154' },
  { orbit: 0.27, size: 0.022, period: 16, colour: '#5fad9b' },
  { orbit: 0.35, size: 0.014, period: 25, colour: '#b4436c' },
  { orbit: 0.44, size: 0.03, period: 40, colour: '#8fb8de' },
] as const;
const TILT = 0.55;

export const orbits: Scene = (ctx, seconds, width, height) => {
  background(ctx, width, height, '#1c2541', '#0b132b');
  const unit = Math.min(width, height * 1.4);
  const [cx, cy] = [width / 2, height / 2];
  ctx.fillStyle = '#ffe8a3';
  disc(ctx, cx, cy, unit * (0.055 + 0.002 * Math.sin(seconds * 2)));
  for (const { orbit, size, period, colour } of PLANETS) {
    const radius = unit * orbit * 1.1;
    ctx.strokeStyle = 'rgb(255 255 255 / 0.14)';
    ctx.lineWidth = unit / 600;
    ctx.beginPath();
    ctx.ellipse(cx, cy, radius, radius * TILT, 0, 0, Math.PI * 2);
    ctx.stroke();
    const angle = (seconds / period) * Math.PI * 2 + orbit * 20;
    ctx.fillStyle = colour;
    disc(ctx, cx + radius * Math.cos(angle), cy + radius * TILT * Math.sin(angle), unit * size);
  }
};
