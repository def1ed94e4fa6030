import { describe, expect, it } from '@jest/globals';
import { Playback } from './playback.js';

describe('Playback', () => {
  const clock = { seconds: 100 };
  const playback = (start?: number): Playback => new Playback(60, () => clock.seconds, start);

  it('moves with the clock while it plays, and stands still while it does not', () => {
    const video = playback();
    clock.seconds += 5;
    expect(video.position).toBe(0);
    video.play();
    clock.seconds += 5;
    expect(video.position).toBe(5);
    video.pause();
    clock.seconds += 5;
    expect(video.position).toBe(5);
  });

  it('goes on from where it is sent, playing or not', () => {
    const video = playback(20);
    video.play();
    clock.seconds += 3;
    video.seek(40);
    clock.seconds += 2;
    expect([video.position, video.playing]).toEqual([42, true]);
  });

  it('ends at its length and starts over when played again', () => {
    const video = playback(58);
    video.play();
    clock.seconds += 10;
    expect([video.position, video.ended]).toEqual([60, true]);
    video.pause();
    video.play();
    expect(video.position).toBe(0);
  });

  it('never leaves the video', () => {
    const video = playback(-4);
    expect(video.position).toBe(0);
    video.seek(1000);
    expect(video.position).toBe(60);
  });
});
