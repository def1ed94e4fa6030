import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { realStores, startProcess, type RunningProcess } from '@storey/testing';
import { type Env, type Host, type ToolRun } from './host.js';
import { OwnProcess } from './own-process.js';
import { dropDatabases, dropIndices, dropTopics, flushRedis } from './store-cleaning.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Two for each product; suites of the libs use lower ones. */
const REDIS_DATABASES = [
  [8, 9],
  [10, 11],
  [12, 13],
] as const;
const DOMAINS = ['account', 'comment', 'history'] as const;
/** Physical tables of a sharded one: enough to have several, few enough to be made for every product. */
const TABLES = 2;

let products = 0;

/** One process on real stores, in databases, topics and indices of its own. */
export class OnStores extends OwnProcess implements Host {
  readonly #scope = `e2e_${process.pid}_${Date.now().toString(36)}_${(products += 1)}`;
  readonly #redis = REDIS_DATABASES[products % REDIS_DATABASES.length] ?? REDIS_DATABASES[0];
  readonly #beside: RunningProcess[] = [];
  #prepared = false;

  override get eventsUrl(): string {
    return `${realStores.kafka}?prefix=${this.#scope}.`;
  }

  override async begin(env: Env, main?: string): Promise<readonly string[]> {
    const all = { ...this.#urls(), ...env };
    if (!this.#prepared) await this.#prepare(all);
    return super.begin(all, main);
  }

  override async beside(app: string, env: Env): Promise<RunningProcess> {
    const DATA_DIR = join(this.folder, `beside-${this.#beside.length}`);
    const all = { ...this.#urls(), LOG_LEVEL: 'warn', PORT: '0', DATA_DIR, ...env };
    const started = await startProcess(process.execPath, [join(ROOT, `apps/${app}/dist/main.js`)], {
      env: all,
    });
    this.#beside.push(started);
    return started;
  }

  override async loseKvState(): Promise<void> {
    await flushRedis(realStores.redis, [this.#redis[0]]);
  }

  override run(name: string, args: readonly string[]): Promise<ToolRun> {
    return super.run(name, args, this.#urls());
  }

  override async remove(): Promise<void> {
    for (const each of this.#beside) await each[Symbol.asyncDispose]();
    await super.remove();
    await dropDatabases(realStores.mysql, DOMAINS.map(this.#database));
    await dropTopics(realStores.kafka, `${this.#scope}.`);
    await dropIndices(realStores.elasticsearch, this.#scope);
    await flushRedis(realStores.redis, this.#redis);
  }

  readonly #database = (domain: string): string => `${this.#scope}_${domain}`;

  #urls(): Env {
    const databases = DOMAINS.map((domain) => [
      `SQL_${domain.toUpperCase()}_URL`,
      `${realStores.mysql}/${this.#database(domain)}?tables=${TABLES}`,
    ]);
    return {
      ...(Object.fromEntries(databases) as Env),
      // What has no fallback is waited for longer, as in docker-compose.yml.
      KV_STATE_URL: `${realStores.redis}/${this.#redis[0]}?timeoutMs=200`,
      KV_CACHE_URL: `${realStores.redis}/${this.#redis[1]}`,
      EVENTS_URL: this.eventsUrl,
      SEARCH_URL: `${realStores.elasticsearch}?prefix=${this.#scope}-`,
    };
  }

  /** As an operator does before the first start. */
  async #prepare(env: Env): Promise<void> {
    await flushRedis(realStores.redis, this.#redis);
    for (const tool of ['tools/migrate.mjs', 'tools/topics.mjs']) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [tool], {
        cwd: ROOT,
        env: { ...process.env, ...env },
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`${tool} failed.\n${stdout}${stderr}`);
    }
    this.#prepared = true;
  }
}
