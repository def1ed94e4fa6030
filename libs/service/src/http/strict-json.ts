import { AppError, invalidRequest } from '@storey/errors';

/** Deeper bodies are refused; nothing we accept needs more. */
const MAX_DEPTH = 32;

/**
 * JSON as other parsers would also understand it: valid UTF-8, no duplicate or prototype keys, no unpaired surrogates, no
 * NUL, no number beyond a double, bounded depth. @throws AppError `invalid` otherwise.
 */
export function parseStrictJson(body: Uint8Array): unknown {
  const text = decodeUtf8(body);
  const value = parse(text);
  new Scanner(text).scan();
  return value;
}

const refuse = (path: string, message: string, cause?: unknown): AppError =>
  invalidRequest([{ path, message }], cause);

function decodeUtf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw refuse('', 'is not valid UTF-8', error);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError)
      throw refuse('', 'is not valid JSON', error);
    throw error;
  }
}

/** Walks the tokens of a text that is known to be JSON, without recursion, for what JSON.parse lets through. */
class Scanner {
  readonly #text: string;
  readonly #keys: (Set<string> | undefined)[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): void {
    while (this.#at < this.#text.length) this.#token(this.#text.charCodeAt(this.#at));
  }

  #token(code: number): void {
    if (code === 0x7b || code === 0x5b) this.#open(code === 0x7b);
    else if (code === 0x7d || code === 0x5d) this.#close();
    else if (code === 0x22) this.#string();
    else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) this.#number();
    else this.#at += 1;
  }

  #open(isObject: boolean): void {
    this.#at += 1;
    this.#keys.push(isObject ? new Set() : undefined);
    if (this.#keys.length > MAX_DEPTH) throw refuse('', `is nested deeper than ${MAX_DEPTH}`);
  }

  #close(): void {
    this.#at += 1;
    this.#keys.pop();
  }

  #string(): void {
    const start = this.#at;
    this.#at += 1;
    while (this.#text.charCodeAt(this.#at) !== 0x22)
      this.#at += this.#text.charCodeAt(this.#at) === 0x5c ? 2 : 1;
    this.#at += 1;
    const value = JSON.parse(this.#text.slice(start, this.#at)) as string;
    if (!value.isWellFormed()) throw refuse('', 'has an unpaired surrogate');
    if (value.includes('\0')) throw refuse('', 'has a NUL character');
    if (this.#isKey()) this.#key(value);
  }

  #isKey(): boolean {
    return /^\s*:/.test(this.#text.slice(this.#at, this.#at + 64));
  }

  #key(name: string): void {
    const keys = this.#keys.at(-1);
    if (name === '__proto__' || name === 'constructor') throw refuse('', `may not have a key "${name}"`);
    if (keys?.has(name)) throw refuse(`/${name}`, 'stands twice');
    keys?.add(name);
  }

  #number(): void {
    const [digits = ''] = /^[-+.eE0-9]+/.exec(this.#text.slice(this.#at, this.#at + 400)) ?? [];
    if (!Number.isFinite(Number(digits))) throw refuse('', 'has a number that is too large');
    this.#at += Math.max(1, digits.length);
  }
}
