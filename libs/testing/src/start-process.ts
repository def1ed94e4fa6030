import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Lines } from './lines.js';

export interface StartOptions {
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A child that never outlives this process. `await using` kills it at the end of the block. */
export class RunningProcess implements AsyncDisposable {
  readonly stdout = new Lines();
  readonly stderr = new Lines();
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    running.add(child);
    collect(child.stdout, this.stdout);
    collect(child.stderr, this.stderr);
    this.exited = once(child, 'close').then(([code, signal]: unknown[]) => {
      running.delete(child);
      return { code, signal } as Exit;
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** The first line of stdout that matches, also one from before. @throws with all output when there is none in time. */
  async waitForLine(pattern: RegExp, timeoutMs = 10_000): Promise<string> {
    const timer = AbortSignal.timeout(timeoutMs);
    const timeout = new Promise<'timeout'>((resolve) =>
      timer.addEventListener('abort', () => resolve('timeout')),
    );
    const found = await Promise.race([this.#find(pattern), timeout]);
    if (found !== undefined && found !== 'timeout') return found;
    const why = found === 'timeout' ? `within ${timeoutMs} ms` : 'before the process ended';
    throw new Error(
      `No line ${String(pattern)} ${why}.\n${[...this.stdout.all, ...this.stderr.all].join('\n')}`,
    );
  }

  /** Sends a signal; after SIGKILL or SIGTERM `exited` tells the end. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends it (a stopped one too) and waits for that. */
  async kill(name: NodeJS.Signals = 'SIGKILL'): Promise<Exit> {
    this.#child.kill(name);
    return this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (running.has(this.#child)) await this.kill();
  }

  async #find(pattern: RegExp): Promise<string | undefined> {
    for await (const line of this.stdout) if (pattern.test(line)) return line;
    return undefined;
  }
}

/** Starts `command` without a shell. @throws when it can't be started. */
export async function startProcess(
  command: string,
  args: readonly string[],
  { env = {}, cwd }: StartOptions = {},
): Promise<RunningProcess> {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  });
  await once(child, 'spawn'); // rejects on its 'error' event
  return new RunningProcess(child);
}

function collect(stream: ChildProcess['stdout'], lines: Lines): void {
  stream?.setEncoding('utf8');
  stream?.on('data', (text: string) => lines.push(text));
  stream?.on('end', () => lines.end());
}
