/**
 * How text becomes tokens, for every index and for highlights alike. Compatibility forms, width and case are folded.
 * A word is letters and digits; an emoji is a word. A run of Han, Kana or Hangul becomes overlapping pairs and, at its
 * end, its last character alone: so each character begins a token (one is found by that), and pairs of two runs are
 * never neighbours.
 *
 *     Hello, 你好吗!  ->  hello 你好 好吗 吗
 */

/** One folded character and where it comes from; several may come from the same place. */
export interface Char {
  readonly char: string;
  /** UTF-16 offsets in the original. */
  readonly start: number;
  readonly end: number;
}

export interface Run {
  readonly kind: 'word' | 'cjk';
  readonly chars: readonly Char[];
}

/** Characters of a word that count; what is longer is found by its beginning. */
const MAX_WORD = 64;
/** Of one text. */
const MAX_TOKENS = 16_384;

/** A character with what combines with it: marks, half-width voicing, Hangul vowels and finals. */
const UNIT = /.[\p{M}\uff9e\uff9f\u1160-\u11ff\ud7b0-\ud7fb]{0,32}/gsu;
const ASCII = /^[\0-\x7f]$/;
const IGNORED = /\p{Default_Ignorable_Code_Point}/u;
const CJK = /(?=[\p{L}\p{N}])[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}]/u;
const WORD = /[\p{L}\p{N}\p{M}]/u;
const PICTURE = /\p{Extended_Pictographic}/u;

export function runsOf(text: string): readonly Run[] {
  const runs: { kind: Run['kind']; chars: Char[] }[] = [];
  let open: Class = 'other';
  for (const { 0: unit, index: start } of text.matchAll(UNIT)) {
    for (const { char, kind } of foldedUnit(unit)) {
      if (kind === 'ignored') continue;
      const placed = { char, start, end: start + unit.length };
      if (kind === open && (kind === 'word' || kind === 'cjk')) runs.at(-1)?.chars.push(placed);
      else if (kind !== 'other') runs.push({ kind: kind === 'cjk' ? 'cjk' : 'word', chars: [placed] });
      open = kind;
    }
  }
  return runs;
}

/** The tokens of a text, in its order; letters, digits and emojis only. */
export function tokensOf(text: string): readonly string[] {
  return runsOf(text).flatMap(tokensOfRun).slice(0, MAX_TOKENS);
}

export function tokensOfRun(run: Run): readonly string[] {
  return run.kind === 'word'
    ? [wordOf(run)]
    : [...pairsOf(run), ...run.chars.slice(-1).map(({ char }) => char)];
}

export const wordOf = ({ chars }: Run): string =>
  chars
    .slice(0, MAX_WORD)
    .map(({ char }) => char)
    .join('');

export const pairsOf = ({ chars }: Run): readonly string[] =>
  chars.slice(1).map(({ char }, at) => `${chars[at]?.char}${char}`);

type Class = Run['kind'] | 'picture' | 'ignored' | 'other';

interface Folded {
  readonly char: string;
  readonly kind: Class;
}

/** A language has few characters, and telling what one is takes a microsecond. */
const MAX_KNOWN = 20_000;
const known = new Map<string, readonly Folded[]>();

function foldedUnit(unit: string): readonly Folded[] {
  const before = known.get(unit);
  if (before) return before;
  const folded = [...fold(unit)].map((char) => ({ char, kind: classOf(char) }));
  if (unit.length <= 2 && known.size < MAX_KNOWN) known.set(unit, folded);
  return folded;
}

function classOf(char: string): Class {
  if (ASCII.test(char)) return /[a-z0-9]/.test(char) ? 'word' : 'other';
  if (IGNORED.test(char)) return 'ignored';
  if (CJK.test(char)) return 'cjk';
  if (WORD.test(char)) return 'word';
  return PICTURE.test(char) ? 'picture' : 'other';
}

/** By single characters, so that no letter depends on its neighbours as the Greek final sigma does. */
function fold(unit: string): string {
  if (ASCII.test(unit)) return unit.toLowerCase();
  return [...unit.normalize('NFKC')].map((char) => char.toUpperCase().toLowerCase()).join('');
}
