/** Lines of a stream, kept so that each reader sees all of them from the first. Bounded: the oldest are dropped. */
export class Lines implements AsyncIterable<string> {
  static readonly KEPT = 10_000;
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  #dropped = 0;
  #rest = '';
  #ended = false;

  push(text: string): void {
    const parts = (this.#rest + text).split('\n');
    this.#rest = parts.pop() ?? '';
    this.#lines.push(...parts);
    const over = this.#lines.length - Lines.KEPT;
    if (over > 0) this.#dropped += this.#lines.splice(0, over).length;
    this.#wake();
  }

  end(): void {
    if (this.#rest !== '') this.push('\n');
    this.#ended = true;
    this.#wake();
  }

  get all(): readonly string[] {
    return this.#lines;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (let at = 0; ;) {
      const line = this.#lines[Math.max(0, at - this.#dropped)];
      if (line !== undefined) {
        at = Math.max(at, this.#dropped) + 1;
        yield line;
      } else if (this.#ended) return;
      else await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
