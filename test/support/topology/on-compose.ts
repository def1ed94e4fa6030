import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type RunningProcess } from '@storey/testing';
import { type Env, type Host } from './host.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const WAIT_S = 120;
const APPS = [
  'account-service',
  'comment-service',
  'comment-job',
  'history-service',
  'history-job',
  'web-bff',
  'app-bff',
  'admin-bff',
  'api-gateway',
];
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
 * starts the apps that read it anew.
 */
export class OnCompose implements Host {
  get process(): RunningProcess {
    throw new Error('The apps run in containers: this test is not for compose.');
  }

  async begin(env: Env): Promise<string> {
    const settings = Object.entries(env).filter(([name]) => !LEFT_OUT.includes(name));
    for (const [name] of settings)
      if (!PASSED.includes(name)) throw new Error(`docker-compose.yml passes no ${name} on.`);
    const up = ['up', '--detach', '--no-build', '--no-deps', '--wait', '--wait-timeout', String(WAIT_S)];
    await compose([...up, ...APPS], Object.fromEntries(settings));
    const url = process.env['COMPOSE_URL'];
    if (!url) throw new Error('COMPOSE_URL says where the gateway is: run by "npm run test:e2e:compose".');
    return url;
  }

  async kill(): Promise<void> {
    await compose(['kill', ...APPS]);
  }

  async stop(): Promise<void> {
    await compose(['stop', ...APPS]);
  }

  async loseKvState(): Promise<void> {
    await compose(['exec', '-T', 'redis', 'redis-cli', 'FLUSHALL']);
  }

  async metrics(): Promise<string> {
    const pages = APPS.map((app) => compose(['exec', '-T', app, 'node', '-e', READ_METRICS]));
    return (await Promise.all(pages)).join('\n');
  }

  /** It serves the next file too. */
  async remove(): Promise<void> {}
}

async function compose(args: readonly string[], env: Env = {}): Promise<string> {
  const { stdout } = await promisify(execFile)('docker', ['compose', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    timeout: (WAIT_S + 30) * 1000,
    maxBuffer: 1 << 26,
  });
  return stdout;
}
