import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Every app of docker-compose.yml. */
export const APPS = [
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

/** Long enough for any store to close its files. */
const COMMAND_MS = 90_000;

/** The containers of one compose project, found by their labels. */
export class Containers {
  constructor(private readonly project: string) {}

  /** In order, as an operator stops it. */
  async stop(service: string): Promise<void> {
    await this.#docker('stop', ...(await this.#containers(service)));
  }

  async start(service: string): Promise<void> {
    await this.#docker('start', ...(await this.#containers(service)));
  }

  /** kill -9 of what runs inside one instance, as a crash does: its restart policy brings it back. */
  async crash(service: string): Promise<void> {
    const [container = ''] = await this.#containers(service);
    const everythingElse =
      'for d in /proc/[0-9]*; do p=${d#/proc/}; [ $p = 1 ] || [ $p = $$ ] || kill -9 $p; done';
    await this.#docker('exec', container, 'sh', '-c', everythingElse);
  }

  /** Waits until every container of the project that has a health check passes it. */
  async healthy(timeoutMs = COMMAND_MS): Promise<void> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const ill = (await this.#states()).filter((state) => !/\((healthy)\)|^[^(]*$/.test(state));
      if (ill.length === 0) return;
      if (performance.now() > end) throw new Error(`not healthy in time: ${ill.join(', ')}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** What a command inside a container of `service` prints. */
  async output(service: string, ...command: readonly string[]): Promise<string> {
    const [container = ''] = await this.#containers(service);
    return this.#docker('exec', container, ...command);
  }

  /** What the app in one instance used since it began, in seconds of a processor; its health checks apart. */
  async cpuSeconds(service: string): Promise<number> {
    const app = 'for d in /proc/[0-9]*; do grep -qs "apps[/]" $d/cmdline && cat $d/stat; done; true';
    const lines = (await this.output(service, 'sh', '-c', app)).split('\n');
    // Behind the name in brackets: user and system time are the 12th and 13th field, in hundredths of a second.
    const ticks = lines.map((line) =>
      line
        .slice(line.lastIndexOf(')') + 2)
        .split(' ')
        .slice(11, 13),
    );
    return ticks.flat().reduce((sum, each) => sum + Number(each), 0) / 100;
  }

  /** Callbacks of timers that ran in one instance since it began; see `count-timers.mjs`. */
  async timersRun(service: string): Promise<number> {
    const [container = ''] = await this.#containers(service);
    await this.#docker('kill', '--signal', 'USR2', container);
    await new Promise((resolve) => setTimeout(resolve, 100));
    return Number(await this.#docker('exec', container, 'cat', '/tmp/timers'));
  }

  async #states(): Promise<readonly string[]> {
    const lines = await this.#docker('ps', '-a', ...this.#filter(), '--format', '{{.Names}}: {{.Status}}');
    return lines.split('\n').filter((line) => line !== '' && !line.includes('Exited (0)'));
  }

  async #containers(service: string): Promise<readonly string[]> {
    const label = `label=com.docker.compose.service=${service}`;
    const ids = (await this.#docker('ps', '-aq', ...this.#filter(), '--filter', label))
      .split('\n')
      .filter(Boolean);
    if (ids.length === 0) throw new Error(`There is no container of ${service} in ${this.project}.`);
    return ids;
  }

  #filter(): readonly string[] {
    return ['--filter', `label=com.docker.compose.project=${this.project}`];
  }

  async #docker(...args: readonly string[]): Promise<string> {
    const { stdout } = await run('docker', args, { timeout: COMMAND_MS });
    return stdout.trim();
  }
}
