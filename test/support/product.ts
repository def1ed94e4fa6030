import { temporaryFolder, type RunningProcess, type TemporaryFolder } from '@storey/testing';
import { OnCompose } from './topology/on-compose.js';
import { type Env, type Host, type ToolRun } from './topology/host.js';
import { OnStores } from './topology/on-stores.js';
import { OwnProcess } from './topology/own-process.js';
import { topology } from './topology/topology.js';

const ADMINISTRATOR = { ADMIN_USERNAME: 'root', ADMIN_PASSWORD: 'correct horse battery' };
const READY_MS = 15_000;

/**
 * The product, on the topology that is being tested. On `embedded` and `stores` each is new and empty; on `compose` all
 * share one, so a test uses names of its own and counts nothing that others may add to.
 */
export class Product implements AsyncDisposable {
  /** A folder for the test; the data folder too, of a product that has one. */
  readonly folder: TemporaryFolder = temporaryFolder();
  readonly #host: Host;
  #doors: readonly string[] = [];
  #turn = 0;

  private constructor(private readonly env: Env) {
    this.#host = hostIn(this.folder.path);
  }

  /** @param main the program, when it is not the whole product as it is. */
  static async start(env: Env = {}, main?: string): Promise<Product> {
    const product = new Product({ ...ADMINISTRATOR, ...env });
    await product.begin({}, main);
    return product;
  }

  /**
   * E.g. `http://127.0.0.1:43121`; perhaps another one after a restart. Where there are several gateways each in turn, so
   * that what one call began the next goes on with elsewhere.
   */
  get url(): string {
    return this.#doors[(this.#turn += 1) % this.#doors.length] ?? '';
  }

  /** One gateway alone: a browser keeps what it knows by origin. */
  get door(): string {
    return this.#doors[0] ?? '';
  }

  /** @throws on `compose`. */
  get process(): RunningProcess {
    return this.#host.process;
  }

  /** Starts on what was kept; `main` is the program, when it is not the whole product. */
  async begin(env: Env = {}, main?: string): Promise<void> {
    this.#doors = await this.#host.begin({ ...this.env, ...env }, main);
    await this.ready();
  }

  async ready(): Promise<void> {
    for (const door of this.#doors) await readyAt(`${door}/readyz`);
  }

  /** kill -9, then start on what was kept. */
  async crash(env: Env = {}): Promise<void> {
    await this.#host.kill();
    await this.begin(env);
  }

  /** kill -9, and all that the key-value state held is gone at the next start. */
  async crashWithoutKvState(): Promise<void> {
    await this.#host.kill();
    await this.#host.loseKvState();
    await this.begin();
  }

  async stop(): Promise<void> {
    await this.#host.stop();
  }

  /** One app more as a process of its own, which ends with the product. @throws but on `stores`. */
  beside(app: string, env: Env = {}): Promise<RunningProcess> {
    return this.#host.beside(app, env);
  }

  /** @throws on `compose`. */
  get eventsUrl(): string {
    return this.#host.eventsUrl;
  }

  /** A tool of the operator's, `npm run <name> -- …args`; embedded, only while the product is stopped. */
  run(name: string, ...args: readonly string[]): Promise<ToolRun> {
    return this.#host.run(name, args);
  }

  /** The log is away until `findLog`. Where there is no server to stop, the program must be `log-switch.mjs`. */
  async loseLog(): Promise<void> {
    await this.#host.loseLog();
  }

  async findLog(): Promise<void> {
    await this.#host.findLog();
  }

  /** What every app counts. */
  metrics(): Promise<string> {
    return this.#host.metrics(this.url);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#host.remove();
    this.folder.remove();
  }
}

async function readyAt(url: string): Promise<void> {
  for (const end = performance.now() + READY_MS; performance.now() < end;) {
    const { ok } = await fetch(url);
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not ready: ${await (await fetch(url)).text()}`);
}

function hostIn(folder: string): Host {
  if (topology === 'compose') return new OnCompose();
  return topology === 'stores' ? new OnStores(folder) : new OwnProcess(folder);
}
