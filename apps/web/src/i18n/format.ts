import { language } from './language.js';

const UNITS = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** `3 hours ago`; a clock that is behind makes nothing lie in the future. */
export function relativeTime(at: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - Date.parse(at)) / 1000);
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' });
  const unit = UNITS.find(([, length]) => seconds >= length);
  return unit === undefined
    ? format.format(0, 'second')
    : format.format(-Math.floor(seconds / unit[1]), unit[0]);
}

export const exactTime = (at: string): string =>
  new Intl.DateTimeFormat(locale(), { dateStyle: 'full', timeStyle: 'medium' }).format(new Date(at));

export const shortNumber = (n: number): string =>
  new Intl.NumberFormat(locale(), { notation: 'compact' }).format(n);

const locale = (): string => (language.value === 'zh' ? 'zh-CN' : 'en');
