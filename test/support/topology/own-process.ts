import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProcess, type RunningProcess } from '@storey/testing';
import { type Env, type Host, type ToolRun } from './host.js';
import { runTool } from './run-tool.js';

const MAIN = fileURLToPath(new URL('../../../apps/standalone/dist/main.js', import.meta.url));
const START_MS = 60_000;
const SWITCH_MS = 5000;

/** The product as a newcomer runs it: one process, its own folder, any free port. */
export class OwnProcess implements Host {
  #process: RunningProcess | undefined;
  #log: 'away' | 'there' = 'there';

  constructor(protected readonly folder: string) {}

  get process(): RunningProcess {
    if (!this.#process) throw new Error('the product is not running');
    return this.#process;
  }

  get eventsUrl(): string {
    return `sqlite:${join(this.folder, 'events.db')}`;
  }

  async begin(env: Env, main = MAIN): Promise<readonly string[]> {
    this.#process = await startProcess(process.execPath, [main], {
      env: { PORT: '0', LOG_LEVEL: 'warn', DATA_DIR: this.folder, ...env },
    });
    const line = await this.#process.waitForLine(/Storey is at/, START_MS);
    return /http:\/\/\S+/.exec(line) ?? [];
  }

  beside(app: string, _env: Env): Promise<RunningProcess> {
    return Promise.reject(new Error(`The stores belong to one process: ${app} can have none beside it.`));
  }

  async kill(): Promise<void> {
    await this.process.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.process.kill('SIGTERM');
  }

  async loseKvState(): Promise<void> {
    rmSync(join(this.folder, 'state.kv'));
  }

  async loseLog(): Promise<void> {
    await this.#switchLog('away');
  }

  async findLog(): Promise<void> {
    if (this.#log === 'away') await this.#switchLog('there');
  }

  /** By the program `test/faults/log-switch.mjs`. */
  async #switchLog(log: 'away' | 'there'): Promise<void> {
    const switched = this.process.waitForLine(new RegExp(`the log is ${log}`), SWITCH_MS);
    this.process.signal('SIGUSR2');
    await switched;
    this.#log = log;
  }

  async metrics(url: string): Promise<string> {
    return (await fetch(`${url}/metrics`)).text();
  }

  async run(name: string, args: readonly string[], env: Env = {}): Promise<ToolRun> {
    return runTool(name, args, { DATA_DIR: this.folder, ...env });
  }

  async remove(): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]();
  }
}
