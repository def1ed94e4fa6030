import { request } from 'node:http';
import { type Answered } from './expect-problem.js';

export interface VerbatimCall {
  readonly method?: string;
  /** Goes on the wire as it is: `fetch` would tidy `/a/../b` and `\`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
  /** Sends the body without telling its length first. */
  readonly chunked?: boolean;
}

const CUT = new Set(['EPIPE', 'ECONNRESET']);
const TRIES = 3;

/**
 * A request that nothing on our side of the wire corrects. An answer to a body that was not read to its end may be lost
 * with the connection (RFC 9112, 9.6): who is cut off while he sends asks again.
 */
export async function verbatim(url: string, call: VerbatimCall): Promise<Answered> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await sendOnce(url, call);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (call.body === undefined || tries === TRIES || !CUT.has(code)) throw error;
    }
  }
}

function sendOnce(url: string, call: VerbatimCall): Promise<Answered> {
  const { hostname, port } = new URL(url);
  const { method = 'GET', path, headers = {}, body, chunked = false } = call;
  return new Promise((resolve, reject) => {
    const length = body === undefined || chunked ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing = request({
      hostname,
      port,
      method,
      path,
      agent: false,
      headers: { ...length, ...(headers as Record<string, string | string[]>) },
    });
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      outgoing.off('error', reject).on('error', ignore); // answered before all was sent
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: new Headers(
            Object.entries(response.headersDistinct).flatMap(([name, values = []]) =>
              values.map((value): [string, string] => [name, value]),
            ),
          ),
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    if (body !== undefined) outgoing.write(body);
    outgoing.end();
  });
}

const ignore = (): void => undefined;
