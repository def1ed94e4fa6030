interface Progress {
  readonly progress: number;
  readonly duration: number;
}

/** Seconds under which a thing counts as short, so that any progress is worth going on with. */
const SHORT = 120;
/** Seconds of progress below which a longer thing was only looked into. */
const LOOKED_INTO = 30;

/** Finished: told so (-1), or from 90 % on. */
export const isFinished = ({ progress, duration }: Progress): boolean =>
  progress === -1 || (duration > 0 && progress * 10 >= duration * 9);

/** Whether to offer it for going on: begun in earnest and not finished. */
export function isStarted({ progress, duration }: Progress): boolean {
  if (isFinished({ progress, duration }) || progress <= 0) return false;
  if (duration > 0 && duration < SHORT) return true;
  return progress >= LOOKED_INTO && progress * 20 >= duration;
}
