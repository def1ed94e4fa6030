import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OUTBOX_TAG, applyOnce, enqueue, outboxMigrations, type OutboxTables } from '@storey/outbox';
import { openSql, type Sql } from '@storey/sql';
import { startProcess, temporaryFolder, type RunningProcess, type TemporaryFolder } from '@storey/testing';

const CHILD = join(import.meta.dirname, '../relay-child.mjs');
const HOOK = join(import.meta.dirname, '../../../tools/typescript-sources.mjs');
const TIMEOUT_MS = 5000;

/** As the log has it. */
export interface Sent {
  /** The relay. */
  readonly by: string;
  readonly id: string;
  readonly key: string;
  readonly text: string;
}

/** One database whose outbox several processes relay, to a log that is a file. */
export class OutboxGround implements AsyncDisposable {
  readonly written: { readonly key: string; readonly text: string }[] = [];

  private constructor(
    private readonly folder: TemporaryFolder,
    readonly sql: Sql<OutboxTables>,
  ) {}

  static async open(): Promise<OutboxGround> {
    const folder = temporaryFolder();
    const sql = await openSql<OutboxTables>(urlIn(folder), { migrations: outboxMigrations });
    return new OutboxGround(folder, sql);
  }

  /** Starts a relay. */
  async relay(name: string, killAt = ''): Promise<RunningProcess> {
    const flags = ['--conditions=@storey/source', '--disable-warning=ExperimentalWarning', '--import', HOOK];
    const args = [...flags, CHILD, urlIn(this.folder), this.#log, name];
    const relay = await startProcess(process.execPath, args, { env: { KILL_AT: killAt } });
    await relay.waitForLine(/^started/);
    return relay;
  }

  /** One row more of each key, in one transaction. */
  async write(keys: readonly string[]): Promise<void> {
    const rows = keys.map((key, n) => ({ key, text: String(this.written.length + n) }));
    const messages = rows.map(({ key, text }) => ({ topic: 't.v1', key, value: Buffer.from(text) }));
    const options = { notify: OUTBOX_TAG, timeoutMs: TIMEOUT_MS };
    await this.sql.transaction((tx) => enqueue(tx, messages), options);
    this.written.push(...rows);
  }

  rows(): Promise<readonly Readonly<Record<keyof OutboxTables['outbox'], unknown>>[]> {
    return this.sql.read.selectFrom('outbox').selectAll().orderBy('id').execute();
  }

  /** How many buckets each relay holds. */
  async shares(): Promise<readonly number[]> {
    const buckets = await this.sql.read.selectFrom('outbox_bucket').select('owner').execute();
    return [...Map.groupBy(buckets, ({ owner }) => owner).values()].map(({ length }) => length);
  }

  /** What the log holds, in its order. */
  sent(): readonly Sent[] {
    const lines = readFileSync(this.#log, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Sent);
  }

  /** What takes effect of all that was sent, in order, at a consumer with an inbox. */
  async effects(): Promise<readonly Sent[]> {
    const taken: Sent[] = [];
    for (const message of this.sent()) {
      const incoming = { consumer: 'test', messageId: message.id, digest: message.text };
      const effect = (): Promise<void> => Promise.resolve(void taken.push(message));
      await this.sql.transaction((tx) => applyOnce(tx, incoming, effect), { timeoutMs: TIMEOUT_MS });
    }
    return taken;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sql.close();
    this.folder.remove();
  }

  get #log(): string {
    return join(this.folder.path, 'log');
  }
}

const urlIn = ({ path }: TemporaryFolder): string => `sqlite:${path}/outbox.db`;
