import { askedRuns } from './asked.js';
import { runsOf, wordOf, type Char } from './cut.js';

type Range = readonly [start: number, end: number];

/**
 * The whole of `text` as HTML: what `query` finds in it between `<em>` and `</em>`, everything else escaped. It cuts text as the
 * indexes do, so what was found for its words has a mark.
 */
export function highlight(text: string, query: string): string {
  const sought = askedRuns(query);
  const words = new Set(sought.filter(({ kind }) => kind === 'word').map(wordOf));
  const parts = sought.filter(({ kind }) => kind === 'cjk');
  const ranges = runsOf(text).flatMap((run) => {
    if (run.kind === 'cjk') return parts.flatMap((part) => placesOf(part.chars, run.chars));
    return words.has(wordOf(run)) ? [rangeOf(run.chars, 0, run.chars.length)] : [];
  });
  let html = '';
  let done = 0;
  for (const [start, end] of merged(ranges)) {
    html += `${escape(text.slice(done, start))}<em>${escape(text.slice(start, end))}</em>`;
    done = end;
  }
  return html + escape(text.slice(done));
}

function placesOf(part: readonly Char[], chars: readonly Char[]): readonly Range[] {
  const isAt = (at: number): boolean => part.every(({ char }, i) => chars[at + i]?.char === char);
  return chars.flatMap((_, at) => (isAt(at) ? [rangeOf(chars, at, part.length)] : []));
}

const rangeOf = (chars: readonly Char[], at: number, length: number): Range => [
  chars[at]?.start ?? 0,
  chars[at + length - 1]?.end ?? 0,
];

function merged(ranges: readonly Range[]): readonly Range[] {
  const joined: [number, number][] = [];
  for (const [start, end] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = joined.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
