import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answered } from './expect-problem.js';

/** What came back over one connection. */
export interface Heard {
  readonly text: string;
  readonly answers: readonly Answered[];
  /** Whether the other side has ended the connection. */
  readonly closed: boolean;
}

/** One raw TCP connection: sends exactly the bytes it is told to, however wrong they are. */
export class Wire implements Disposable {
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #text = '';
  #ended = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => (this.#text += text));
    socket.on('error', () => socket.destroy()); // a reset is one way of being refused
    this.#closed = new Promise((resolve) =>
      socket.once('close', () => {
        this.#ended = true;
        resolve();
      }),
    );
  }

  static async open(url: string): Promise<Wire> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new Wire(socket);
  }

  send(text: string): void {
    if (this.#socket.writable) this.#socket.write(text, 'latin1');
  }

  /** Waits for the other side to close, but no longer than `timeoutMs`. */
  async hear(timeoutMs = 3000): Promise<Heard> {
    const timer = new AbortController();
    await Promise.race([
      this.#closed,
      sleep(timeoutMs, undefined, { signal: timer.signal }).catch(ignoreAbort),
    ]);
    timer.abort();
    return { text: this.#text, answers: parseAnswers(this.#text), closed: this.#ended };
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

/** Sends `text` over a connection of its own and takes what comes until the end. */
export async function exchange(url: string, text: string, timeoutMs?: number): Promise<Heard> {
  using wire = await Wire.open(url);
  wire.send(text);
  return await wire.hear(timeoutMs); // awaited here: the end of the block closes the connection
}

/** A request with these header lines and `Host`, asking to close after the answer. */
export const request = (line: string, headers: readonly string[] = [], body = ''): string =>
  [`${line} HTTP/1.1`, 'Host: storey.test', 'Connection: close', ...headers, '', body].join('\r\n');

/** Every answer on the wire that has a length; what follows the last whole one is left out. */
function parseAnswers(text: string): readonly Answered[] {
  const answers: Answered[] = [];
  for (let rest = text; ;) {
    const [head = '', ...others] = rest.split('\r\n\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
    if (!status || others.length === 0) return answers;
    const lines = head.split('\r\n').slice(1);
    const headers = new Headers(
      lines.map((line): [string, string] => [
        line.slice(0, line.indexOf(':')),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
    );
    const body = others.join('\r\n\r\n');
    const length = status === 100 ? 0 : Number(headers.get('content-length') ?? body.length);
    if (status !== 100)
      answers.push({ status, headers, text: Buffer.from(body.slice(0, length), 'latin1').toString() });
    rest = body.slice(length);
  }
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
}
