import { type Language } from '../i18n/language.js';
import { clock } from './scenes/clock.js';
import { curve } from './scenes/curve.js';
import { life } from './scenes/life.js';
import { orbits } from './scenes/orbits.js';
import { type Scene } from './scenes/scene.js';
import { starfield } from './scenes/starfield.js';
import { waves } from './scenes/waves.js';

export interface Video {
  readonly oid: string;
  readonly titles: Readonly<Record<Language, string>>;
  readonly notes: Readonly<Record<Language, string>>;
  /** Seconds. */
  readonly duration: number;
  readonly scene: () => Scene;
}

/** Films that are drawn while they are watched: nothing has to be loaded. */
export const videos: readonly Video[] = [
  {
    oid: '1',
    titles: { en: 'Orbits', zh: '轨道' },
    notes: { en: 'Five planets, five periods, one patient sun.', zh: '五颗行星，五种周期，一颗耐心的太阳。' },
    duration: 180,
    scene: () => orbits,
  },
  {
    oid: '2',
    titles: { en: 'Evening waves', zh: '晚潮' },
    notes: { en: 'Sines on sines, until the sun is down.', zh: '正弦叠着正弦，直到太阳落下。' },
    duration: 90,
    scene: () => waves,
  },
  {
    oid: '3',
    titles: { en: 'Through the stars', zh: '穿越星空' },
    notes: {
      en: 'Twelve minutes straight ahead. Nothing happens; that is the point.',
      zh: '一直向前十二分钟。什么都不发生，正是它的意思。',
    },
    duration: 720,
    scene: () => starfield,
  },
  {
    oid: '4',
    titles: { en: 'Game of Life', zh: '生命游戏' },
    notes: { en: 'Conway’s rules, one seed, 1,200 generations.', zh: '康威的规则，一颗种子，一千二百代。' },
    duration: 300,
    scene: life,
  },
  {
    oid: '5',
    titles: { en: 'Forty-five seconds', zh: '四十五秒' },
    notes: { en: 'A clock, watched closely.', zh: '认真地看一会儿钟。' },
    duration: 45,
    scene: () => clock,
  },
  {
    oid: '6',
    titles: { en: 'A curve that never closes', zh: '不会闭合的曲线' },
    notes: { en: 'Frequencies without a common measure.', zh: '几个没有公约数的频率。' },
    duration: 480,
    scene: () => curve,
  },
];

export const videoOf = (oid: string): Video | undefined => videos.find((video) => video.oid === oid);
