import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { newTraceId, runInContext, type Clock } from '@storey/context';
import { type Logger } from '@storey/observability';
import { patiently } from '@storey/resilience';
import { type ImportTarget } from './import-target.js';
import { type ImportState, type ImportStates } from './import-state.js';
import { PostPlan } from './post-plan.js';
import { readWxr, type WxrPost } from './wxr.js';

const BATCH = 100;
/** Tries of a part of the system that is away, a second apart. */
const PATIENCE = 120;

export interface ImportRunnerOptions {
  readonly target: ImportTarget;
  readonly states: ImportStates;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Brings a stored export in, post by post, through the same commands that people's comments take. */
export class ImportRunner {
  readonly #options: ImportRunnerOptions;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(options: ImportRunnerOptions) {
    this.#options = options;
  }

  /** Runs in the background until done or stopped; a stopped one goes on after the next start. */
  begin(state: ImportState, file: string): void {
    const context = { traceId: newTraceId(), priority: 'sheddable' as const, principal: state.principal };
    const run = runInContext(context, () => this.#run(state, file)).catch((error: unknown) =>
      this.#fail(state, error),
    );
    this.#running.add(run);
    void run.finally(() => this.#running.delete(run));
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('stopping'));
    await Promise.all(this.#running);
  }

  async #run(begun: ImportState, file: string): Promise<void> {
    let state: ImportState = {
      ...begun,
      total: await countComments(file),
      done: 0,
      skipped: [],
      subjects: [],
    };
    for await (const post of readWxr(createReadStream(file))) {
      if (post.comments.length === 0) continue;
      state = await this.#importPost(state, post);
    }
    await this.#options.states.save({ ...state, state: 'done' });
    await rm(file, { force: true });
  }

  async #importPost(begun: ImportState, post: WxrPost): Promise<ImportState> {
    const plan = new PostPlan(post);
    const subjects = [...begun.subjects, plan.subjectKey];
    let state: ImportState = {
      ...begun,
      subjects,
      skipped: [...begun.skipped, ...plan.skipped],
      done: begun.done + plan.skipped.length,
    };
    const patience = { tries: PATIENCE, signal: this.#stop.signal, clock: this.#options.clock };
    for (let at = 0; at < plan.items.length; at += BATCH) {
      const items = plan.items.slice(at, at + BATCH);
      const skipped = await patiently(() => this.#options.target.send(plan, items), patience);
      state = { ...state, skipped: [...state.skipped, ...skipped], done: state.done + items.length };
      await this.#options.states.save(state);
    }
    return state;
  }

  async #fail(state: ImportState, error: unknown): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#options.logger.error('an import failed', error, { id: state.id });
    const latest = (await this.#options.states.get(state.id)) ?? state;
    await this.#options.states.save({ ...latest, state: 'failed' });
  }
}

async function countComments(file: string): Promise<number> {
  let total = 0;
  for await (const post of readWxr(createReadStream(file))) total += post.comments.length;
  return total;
}
