import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a person goes on trying at a product that says "not now", ms. */
const PATIENCE_MS = 20_000;
const PAUSE_MS = 500;

/** A caller of the public API, as a browser or a phone would be. */
export class Client {
  accessToken: string | undefined;
  refreshToken: string | undefined;
  user: { readonly id: string; readonly username: string } | undefined;
  #password: string | undefined;

  constructor(private readonly url: () => string) {}

  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const { body, headers = {}, token = this.accessToken } = options;
    const response = await fetch(`${this.url()}${path}`, {
      method,
      headers: {
        ...(token !== undefined && token !== '' && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: (isJson ? JSON.parse(text) : undefined) as Json,
    };
  }

  get = (path: string, options?: CallOptions): Promise<Answer> => this.call('GET', path, options);
  post = (path: string, body?: unknown, options?: CallOptions): Promise<Answer> =>
    this.call('POST', path, { ...options, body });
  put = (path: string, body?: unknown, options?: CallOptions): Promise<Answer> =>
    this.call('PUT', path, { ...options, body });
  patch = (path: string, body?: unknown, options?: CallOptions): Promise<Answer> =>
    this.call('PATCH', path, { ...options, body });
  delete = (path: string, options?: CallOptions): Promise<Answer> => this.call('DELETE', path, options);

  /** Posts under one key, again while it is answered with 503 or 504: what came of it may not be known, and twins are one. */
  async accept(path: string, body: unknown): Promise<Answer> {
    const headers = { 'idempotency-key': randomUUID() };
    const { answer } = await patiently(() => this.post(path, body, { headers }));
    return answer;
  }

  /** The same for what may be sent twice by its nature. */
  async patiently(send: (client: this) => Promise<Answer>): Promise<Answer> {
    return (await patiently(() => send(this))).answer;
  }

  /** Registers a new user and signs in as them. */
  async register(username = uniqueName(), password = 'a good password'): Promise<this> {
    const { answer, tries } = await patiently(() => this.post('/auth/v1/register', { username, password }));
    // An earlier try went through unheard.
    if (answer.status === 409 && tries > 1) return this.login(username, password);
    return this.#keep(answer, password);
  }

  async login(username: string, password = 'a good password'): Promise<this> {
    const { answer } = await patiently(() => this.post('/auth/v1/login', { username, password }));
    return this.#keep(answer, password);
  }

  /** As who is signed in already, before the token of then is over: it lives for 15 minutes. */
  async loginAgain(): Promise<this> {
    if (!this.user) throw new Error('nobody is signed in');
    return this.login(this.user.username, this.#password);
  }

  #keep(answer: Answer, password: string): this {
    this.#password = password;
    if (answer.status >= 300) throw new Error(`could not sign in: ${answer.text}`);
    const { accessToken, refreshToken, user } = answer.body as never as Required<
      Pick<Client, 'accessToken' | 'refreshToken' | 'user'>
    >;
    Object.assign(this, { accessToken, refreshToken, user });
    return this;
  }
}

/** Sends it again while it is answered with 503 or 504: on a small machine, many who come at once wait for each other. */
async function patiently(send: () => Promise<Answer>): Promise<{ answer: Answer; tries: number }> {
  const end = performance.now() + PATIENCE_MS;
  for (let tries = 1; ; tries += 1) {
    const answer = await send();
    if (![503, 504].includes(answer.status) || performance.now() > end) return { answer, tries };
    await sleep(PAUSE_MS);
  }
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Another token than the client's own; empty = none. */
  readonly token?: string;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are judged by assertions, not by types
export type Json = any;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Json;
}

let names = 0;

export const uniqueName = (): string =>
  `u${process.pid}_${(names += 1)}_${Date.now().toString(36)}`.slice(0, 32);
