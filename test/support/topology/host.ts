import { type RunningProcess } from '@storey/testing';

export type Env = Readonly<Record<string, string>>;

/** How a tool of the operator's ended. */
export interface ToolRun {
  readonly code: number;
  /** Standard output and what went wrong. */
  readonly said: string;
}

/** What carries the product: how it is started, killed and thrown away on one topology. */
export interface Host {
  /** Starts what does not run, on what was kept. @param main another program than the whole product. @returns the URLs of its gateways. */
  begin(env: Env, main?: string): Promise<readonly string[]>;
  /** kill -9 of every app; the stores stay. */
  kill(): Promise<void>;
  /** Starts one app more, as a process of its own on the stores of the product. @throws where they belong to one process. */
  beside(app: string, env: Env): Promise<RunningProcess>;
  /** An orderly end. */
  stop(): Promise<void>;
  /** What the key-value state held is gone. Only while killed. */
  loseKvState(): Promise<void>;
  /** The log takes and tells nothing until `findLog`, which may be called again. */
  loseLog(): Promise<void>;
  findLog(): Promise<void>;
  /** The metrics of every app. */
  metrics(url: string): Promise<string>;
  /** Runs `tools/<name>.mjs` to its end on the stores of the product, which must be stopped where they belong to one process. */
  run(name: string, args: readonly string[]): Promise<ToolRun>;
  /** Throws away what was kept. */
  remove(): Promise<void>;
  /** Where its log is. @throws where no test may write into it. */
  readonly eventsUrl: string;
  /** @throws where there is none of our own. */
  readonly process: RunningProcess;
}
