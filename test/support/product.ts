import { startProcess, temporaryFolder, type RunningProcess, type TemporaryFolder } from '@storey/testing';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../apps/standalone/dist/main.js', import.meta.url));

/** The product as a newcomer runs it: one process, its own folder, any free port. */
export class Product implements AsyncDisposable {
  readonly folder: TemporaryFolder = temporaryFolder();
  #process: RunningProcess | undefined;
  #url = '';

  private constructor(private readonly env: Readonly<Record<string, string>>) {}

  static async start(env: Readonly<Record<string, string>> = {}): Promise<Product> {
    const product = new Product({ ADMIN_USERNAME: 'root', ADMIN_PASSWORD: 'correct horse battery', ...env });
    await product.begin();
    return product;
  }

  /** E.g. `http://127.0.0.1:43121`; another one after a restart. */
  get url(): string {
    return this.#url;
  }

  get process(): RunningProcess {
    if (!this.#process) throw new Error('the product is not running');
    return this.#process;
  }

  /** Starts on the same folder; `main` is the program, when it is not the whole product. */
  async begin(env: Readonly<Record<string, string>> = {}, main = MAIN): Promise<void> {
    this.#process = await startProcess(process.execPath, [main], {
      env: { PORT: '0', LOG_LEVEL: 'warn', DATA_DIR: this.folder.path, ...this.env, ...env },
    });
    const line = await this.#process.waitForLine(/Storey is at/, 30_000);
    this.#url = /http:\/\/\S+/.exec(line)?.[0] ?? '';
    await this.ready();
  }

  async ready(): Promise<void> {
    for (let i = 0; i < 300; i += 1) {
      const { ok } = await fetch(`${this.#url}/readyz`);
      if (ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`not ready: ${await (await fetch(`${this.#url}/readyz`)).text()}`);
  }

  /** kill -9, then start on the same folder. */
  async crash(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.process.kill('SIGKILL');
    await this.begin(env);
  }

  async stop(): Promise<void> {
    await this.process.kill('SIGTERM');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]();
    this.folder.remove();
  }
}
