import { expect } from '@jest/globals';
import { eventually, readLedger, type Ledger } from '@storey/testing';
import { Client } from '../../support/client.js';
import { type Stored } from '../../support/stored.js';
import { judgeApi, judgePosts } from './api-verdict.js';
import { judgeComments } from './comments-verdict.js';
import { type Dice } from './dice.js';
import { judgeEvents } from './events-verdict.js';
import { judgeHistory } from './history-verdict.js';
import { ownPart } from './own-part.js';
import { Promised } from './promises.js';
import { Visitor } from './visitor.js';

export interface CrowdOptions {
  readonly url: () => string;
  readonly dice: Dice;
  readonly ledger: Ledger;
  /** Where its ledger lies. */
  readonly path: string;
  readonly visitors: number;
  readonly subjects: readonly string[];
  /** Between two deeds of one visitor, ms, at most. */
  readonly paceMs?: number;
  /** Distinguishes this crowd's keys from those of any other on the same product. */
  readonly name: string;
}

/** Parts that have just come back may take a moment to find each other. */
export const signInAgain = (client: Client): Promise<unknown> =>
  eventually(() => client.loginAgain(), { timeoutMs: 20_000 });

/** People who use the product over its public API and remember what they were promised. */
export class Crowd {
  readonly #options: CrowdOptions;
  readonly #promised: Promised;
  readonly #clients: readonly Client[];
  readonly #visitors: readonly Visitor[];
  readonly #stranger: Client;
  readonly #end = new AbortController();
  readonly #load: Promise<unknown>;

  private constructor(options: CrowdOptions, promised: Promised, clients: readonly Client[]) {
    const { dice, ledger, name, subjects, url, paceMs = 5 } = options;
    this.#options = options;
    this.#promised = promised;
    this.#clients = clients;
    this.#stranger = new Client(url);
    this.#visitors = clients.map(
      (client, i) =>
        new Visitor({ client, dice: dice.split(), promised, ledger, name: `${name}-${i}`, subjects, paceMs }),
    );
    this.#load = Promise.all(this.#visitors.map((visitor) => visitor.run(this.#end.signal)));
    this.#load.catch(() => undefined); // told by `during` or `goHome`
  }

  /** Everybody signs up, and begins. */
  static async gather(options: CrowdOptions): Promise<Crowd> {
    const signUps = Array.from({ length: options.visitors }, () => new Client(options.url).register());
    return new Crowd(options, new Promised(), await Promise.all(signUps));
  }

  /** Until `work` is done. @throws at once when somebody gives up. */
  async during<T>(work: Promise<T>): Promise<T> {
    return (await Promise.race([work, this.#load])) as T;
  }

  /** For who stays longer than a token lives. Every part must be there. */
  async signInAgain(): Promise<void> {
    await Promise.all(this.#clients.map(signInAgain));
  }

  async goHome(): Promise<void> {
    this.#end.abort();
    await this.#load;
  }

  /** Holds what they were promised against what is stored and what is told. Everything must be at rest. */
  async judge(readAll: () => Stored | Promise<Stored>): Promise<void> {
    const { path, subjects } = this.#options;
    const { posts, faults } = this.#promised;
    const userIds = new Set(this.#clients.map(({ user }) => user?.id ?? ''));
    const read = async (): Promise<Stored> => ownPart(await readAll(), { subjects, userIds });
    expect(judgeComments(await read(), readLedger(path), posts)).toEqual([]);
    await eventually(async () => expect(await judgeApi(await read(), this.#stranger, subjects)).toEqual([]), {
      timeoutMs: 5000,
    });
    expect(await judgePosts(posts, ({ key }) => this.#authorOf(key))).toEqual([]);
    const byId = new Map(this.#clients.map((client) => [client.user?.id ?? '', client]));
    const viewer = (userId: string): Client => byId.get(userId) ?? this.#stranger;
    // What a dead process left behind is looked for every few seconds, once it is old enough.
    await eventually(
      async () => expect(await judgeHistory(await read(), this.#promised, viewer)).toEqual([]),
      {
        timeoutMs: 30_000,
        everyMs: 500,
      },
    );
    const stored = await read();
    expect(judgeEvents(stored)).toEqual([]);
    expect(faults).toEqual([]);
    expect(stored.deadLetters()).toEqual({});
  }

  get figures(): Readonly<Record<string, number>> {
    const entries = readLedger(this.#options.path);
    const { posts, history } = this.#promised;
    return {
      requests: this.#visitors.reduce((sum, { sent }) => sum + sent, 0),
      ...Object.fromEntries(
        (['ok', 'fail', 'unknown'] as const).map((outcome) => [
          `posts ${outcome}`,
          entries.filter((entry) => entry.outcome === outcome).length,
        ]),
      ),
      deleted: posts.filter(({ deleted }) => deleted === 'yes').length,
      progress: [...history.values()].flat().reduce((sum, { reports }) => sum + reports.length, 0),
    };
  }

  #authorOf(key: string): Client {
    const name = key.slice(0, key.lastIndexOf('-'));
    return this.#clients[this.#visitors.findIndex((visitor) => visitor.name === name)] ?? this.#stranger;
  }
}
