import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type RunningProcess } from '@storey/testing';
import { APPS } from '../containers.js';
import { type Env, type Host, type ToolRun } from './host.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const WAIT_S = 120;
const CONTAINERS = [...APPS, 'api-gateway-2'];
const LOG = 'kafka';
const SETTINGS = { cwd: ROOT, timeout: (WAIT_S + 30) * 1000, maxBuffer: 1 << 26 };
/** What docker-compose.yml passes on. */
const PASSED = [
  'LIMITS',
  'LOG_LEVEL',
  'HISTORY_WINDOW_MS',
  'CORS_ORIGINS',
  'ADMIN_USERNAME',
  'ADMIN_PASSWORD',
];
/** Which door it is, is not for a test to say. */
const LEFT_OUT = ['PORT'];
const READ_METRICS = `fetch('http://127.0.0.1:8080/metrics').then((answer) => answer.text()).then(console.log)`;

/**
 * The containers of COMPOSE_PROJECT_NAME, which somebody else has started and will take down. A setting that differs
 * from theirs starts the apps that read it anew, and once more when the test is over.
 */
export class OnCompose implements Host {
  #changed = false;
  #down = false;
  #withoutLog = false;

  get process(): RunningProcess {
    throw new Error('The apps run in containers: this test is not for compose.');
  }

  get eventsUrl(): string {
    throw new Error('Others use this log too: this test is not for compose.');
  }

  async begin(env: Env): Promise<readonly string[]> {
    const settings = Object.entries(env).filter(([name]) => !LEFT_OUT.includes(name));
    for (const [name] of settings)
      if (!PASSED.includes(name)) throw new Error(`docker-compose.yml passes no ${name} on.`);
    const differing = settings.filter(([name, value]) => process.env[name] !== value);
    if (differing.length > 0) this.#changed = true;
    if (this.#changed || this.#down) await up(Object.fromEntries(differing));
    this.#down = false;
    const { COMPOSE_URL, COMPOSE_SECOND_URL } = process.env;
    if (!COMPOSE_URL || !COMPOSE_SECOND_URL)
      throw new Error(
        'COMPOSE_URL and COMPOSE_SECOND_URL say where the gateways are: run by "npm run test:e2e:compose".',
      );
    return [COMPOSE_URL, COMPOSE_SECOND_URL];
  }

  beside(app: string): Promise<RunningProcess> {
    return Promise.reject(new Error(`Apps run in containers: ${app} is not started beside them.`));
  }

  async kill(): Promise<void> {
    this.#down = true;
    await compose(['kill', ...CONTAINERS]);
  }

  async stop(): Promise<void> {
    this.#down = true;
    await compose(['stop', ...CONTAINERS]);
  }

  async loseKvState(): Promise<void> {
    await compose(['exec', '-T', 'redis', 'redis-cli', 'FLUSHALL']);
  }

  async metrics(): Promise<string> {
    const containers = (await compose(['ps', '--quiet', ...CONTAINERS])).trim().split('\n');
    const pages = containers.map((id) => docker(['exec', id, 'node', '-e', READ_METRICS]));
    return (await Promise.all(pages)).join('\n');
  }

  /** In a container of its own with the settings of every store, beside the apps. */
  run(name: string, args: readonly string[]): Promise<ToolRun> {
    return runInContainer(['node', `tools/${name}.mjs`, ...args]);
  }

  async loseLog(): Promise<void> {
    this.#withoutLog = true;
    await compose(['stop', LOG]);
  }

  async findLog(): Promise<void> {
    if (!this.#withoutLog) return;
    await up({}, [LOG]);
    this.#withoutLog = false;
  }

  /** The next file finds it as it was. */
  async remove(): Promise<void> {
    if (this.#changed || this.#down) await up({});
  }
}

/** Waits until they are healthy. */
async function up(env: Env, services: readonly string[] = CONTAINERS): Promise<void> {
  const options = ['--detach', '--no-build', '--no-deps', '--wait', '--wait-timeout', String(WAIT_S)];
  await compose(['up', ...options, ...services], env);
}

/** `migrate` is the service that knows every store. */
async function runInContainer(command: readonly string[]): Promise<ToolRun> {
  const run = ['run', '--rm', '--no-deps', '--no-TTY', '--quiet-pull', 'migrate'];
  const running = promisify(execFile)('docker', ['compose', ...run, ...command], SETTINGS);
  try {
    const { stdout, stderr } = await running;
    return { code: 0, said: `${stdout}${stderr}` };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { code, said: `${stdout ?? ''}${stderr ?? ''}` };
  }
}

const compose = (args: readonly string[], env?: Env): Promise<string> => docker(['compose', ...args], env);

async function docker(args: readonly string[], env: Env = {}): Promise<string> {
  const { stdout } = await promisify(execFile)('docker', args, {
    ...SETTINGS,
    env: { ...process.env, ...env },
  });
  return stdout;
}
