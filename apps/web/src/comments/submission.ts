import { newKey, patiently } from '../api/patiently.js';

/**
 * Sends a text so that it is posted once: the same text goes out under the same key, however often and after whatever
 * failure it is sent again; another text gets another key.
 */
export class Submission<T> {
  #text = '';
  #key = '';

  constructor(
    private readonly post: (text: string, key: string) => Promise<T>,
    private readonly freshKey: () => string = newKey,
    private readonly again: (send: () => Promise<T>) => Promise<T> = patiently,
  ) {}

  async send(text: string): Promise<T> {
    if (text !== this.#text || this.#key === '') {
      this.#text = text;
      this.#key = this.freshKey();
    }
    const answer = await this.again(() => this.post(text, this.#key));
    this.#key = '';
    return answer;
  }
}
