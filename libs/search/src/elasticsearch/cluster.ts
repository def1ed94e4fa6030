import { Client, errors } from '@elastic/elasticsearch';
import { unavailable } from '@storey/errors';
import { misconfigured } from '../misconfigured.js';
import { type SearchIndex } from '../search.js';
import { toFailure } from './failures.js';
import { type Settings } from './settings.js';
import { generationOf, namesOf, templateOf, type Names } from './template.js';

/** Of the client: they speak only with each other. */
const MAJOR = 9;
/** For a reader; who writes waits longer. */
const TIMEOUT_MS = 300;
const SETUP_TIMEOUT_MS = 10_000;

/** The server, and our names on it. */
export class Cluster {
  readonly client: Client;
  readonly names: Names;
  readonly #index: SearchIndex;
  readonly #replicas: number;
  #ready: Promise<void> | undefined;

  constructor({ node, auth, ca, prefix, replicas }: Settings, index: SearchIndex) {
    this.#index = index;
    this.#replicas = replicas;
    this.names = namesOf(prefix, index);
    this.client = new Client({
      node,
      ...(auth && { auth }),
      ...(ca !== undefined && { tls: { ca } }),
      requestTimeout: TIMEOUT_MS,
      // Whoever calls knows better whether there is time for another try.
      maxRetries: 0,
      sniffOnStart: false,
      sniffOnConnectionFault: false,
      enableMetaHeader: false,
    });
  }

  /** Runs `call` on a server that has our index; it is made on the way. @throws AppError */
  async run<T>(call: (client: Client) => Promise<T>): Promise<T> {
    try {
      await this.ready();
    } catch (error) {
      // Whatever is wrong with the server is no fault of this call.
      throw unavailable('The search is not ready.', error);
    }
    try {
      return await call(this.client);
    } catch (error) {
      if (error instanceof errors.ResponseError && error.statusCode === 404) this.forget();
      throw toFailure(error);
    }
  }

  /** The index may be gone: the next call looks. */
  forget(): void {
    this.#ready = undefined;
  }

  /** @throws what the client throws; AppError `SEARCH_MISCONFIGURED` for another major version. */
  async ready(): Promise<void> {
    this.#ready ??= this.#prepare();
    try {
      await this.#ready;
    } catch (error) {
      this.#ready = undefined;
      throw error;
    }
  }

  /** Lays down how generations are made from now on. */
  async putTemplate(): Promise<void> {
    const template = templateOf(this.names, this.#index, this.#replicas);
    await this.client.indices.putIndexTemplate(template, { requestTimeout: SETUP_TIMEOUT_MS });
  }

  /** The index behind the alias; of several the newest. */
  async current(): Promise<string | undefined> {
    const { alias } = this.names;
    if (!(await this.client.indices.existsAlias({ name: alias }))) return undefined;
    const behind = Object.keys(await this.client.indices.getAlias({ name: alias }));
    return behind.toSorted((a, b) => generationOf(this.names, b) - generationOf(this.names, a))[0];
  }

  async #prepare(): Promise<void> {
    await this.#checkVersion();
    if (await this.current()) return;
    await this.putTemplate();
    const create = {
      index: this.names.generation(1),
      aliases: { [this.names.alias]: { is_write_index: true } },
    };
    try {
      await this.client.indices.create(create, { requestTimeout: SETUP_TIMEOUT_MS });
    } catch (error) {
      const isThere = error instanceof errors.ResponseError && /already_exists/.test(error.message);
      if (!isThere) throw error;
    }
  }

  /** Asked in plain JSON: a server of another major version refuses the client's own media type before it tells who it is. */
  async #checkVersion(): Promise<void> {
    const { version } = await this.client.transport.request<{ version?: { number?: string } }>(
      { method: 'GET', path: '/' },
      { headers: { accept: 'application/json' } },
    );
    const found = version?.number ?? 'unknown';
    if (Number.parseInt(found, 10) === MAJOR) return;
    throw misconfigured(
      `The search needs Elasticsearch ${MAJOR}, this server is ${found}: change one of them`,
    );
  }
}
