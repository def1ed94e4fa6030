import { clockTime } from '../i18n/clock-time.js';
import { language, words } from '../i18n/language.js';
import { videoOf } from '../player/videos.js';
import { BUSINESS, type Progress, type Record } from './records.js';

/** 0 … 1. */
export function watchedShare({ progress, duration, finished }: Progress): number {
  if (finished) return 1;
  return duration > 0 ? progress / duration : 0;
}

export function watchedNote({ progress, duration, finished }: Progress): string {
  const t = words();
  return finished ? t.finished : t.watchedTo(clockTime(progress), clockTime(duration));
}

/** In the reader's language where the film is ours, else as it was recorded. */
export function titleOf(record: Record): string {
  const own = record.business === BUSINESS ? videoOf(record.oid) : undefined;
  return own?.titles[language.value] ?? record.title ?? `${record.business}/${record.oid}`;
}
