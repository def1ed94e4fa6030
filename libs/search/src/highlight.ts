import { askedRuns } from './asked.js';
import { runsOf, wordOf, type Char, type Run } from './cut.js';

type Range = readonly [start: number, end: number];

/**
 * The whole of `text` as HTML: what `query` finds in it between `<em>` and `</em>`, everything else escaped. It cuts text as the
 * indexes do, so what was found for its words has a mark.
 */
export function highlight(text: string, query: string): string {
  const sought = askedRuns(query);
  const ranges = runsOf(text).flatMap((run) => sought.flatMap((each) => rangesIn(run, each)));
  let html = '';
  let done = 0;
  for (const [start, end] of merged(ranges)) {
    html += `${escape(text.slice(done, start))}<em>${escape(text.slice(start, end))}</em>`;
    done = end;
  }
  return html + escape(text.slice(done));
}

function rangesIn(run: Run, sought: Run): readonly Range[] {
  if (run.kind !== sought.kind) return [];
  if (run.kind === 'cjk') return partsOf(run.chars, sought.chars);
  return wordOf(run) === wordOf(sought) ? [rangeOf(run.chars)] : [];
}

function partsOf(chars: readonly Char[], sought: readonly Char[]): readonly Range[] {
  const isHere = (at: number): boolean => sought.every(({ char }, i) => chars[at + i]?.char === char);
  return chars.flatMap((_, at) => (isHere(at) ? [rangeOf(chars.slice(at, at + sought.length))] : []));
}

const rangeOf = (chars: readonly Char[]): Range => [chars.at(0)?.start ?? 0, chars.at(-1)?.end ?? 0];

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
