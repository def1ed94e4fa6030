import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Client } from '../../support/client.js';
import { type Settled } from './attempt.js';
import { type Dice } from './dice.js';
import { type Promised, type Watched } from './promises.js';

interface Viewer {
  readonly client: Client;
  readonly dice: Dice;
  readonly promised: Promised;
  readonly name: string;
}

const LATE_MS = 60_000;

/** What one person watches: progress forwards, reports that come late, and deletions. */
export class Viewing {
  readonly #items: readonly Watched[];
  readonly #viewer: Viewer;
  readonly #send: (send: () => Promise<Answer>) => Promise<Settled>;
  #progress = 0;

  constructor(viewer: Viewer, send: (send: () => Promise<Answer>) => Promise<Settled>) {
    this.#viewer = viewer;
    this.#send = send;
    this.#items = [1, 2, 3].map((n) => ({
      oid: `${viewer.name}-v${n}`,
      reports: [],
      deletedUntil: 0,
      lastAt: 0,
    }));
    viewer.promised.history.set(viewer.client.user?.id ?? '', [...this.#items]);
  }

  async report(): Promise<void> {
    const item = this.#viewer.dice.pick(this.#items);
    const late = item.lastAt > 0 && this.#viewer.dice.chance(0.3);
    const at = late ? item.lastAt - LATE_MS : Math.max(item.lastAt + 1, Date.now());
    if (item.reports.some((report) => report.at === at)) return; // late again: the arrival would decide
    item.lastAt = Math.max(item.lastAt, at);
    const progress = (this.#progress += 1);
    const { outcome, answer } = await this.#send(() =>
      this.#viewer.client.put(`/web/v1/history/video/${item.oid}`, {
        progress,
        at: new Date(at).toISOString(),
        seq: progress,
        device: 'tv',
      }),
    );
    if (outcome === 'ok') item.reports.push({ at, progress });
    else this.#viewer.promised.faults.push(`history ${item.oid} was refused: ${answer.text}`);
  }

  async forget(): Promise<void> {
    const item = this.#viewer.dice.pick(this.#items);
    await this.#send(() => this.#viewer.client.delete(`/web/v1/history/video/${item.oid}`));
    item.deletedUntil = Math.max(Date.now(), item.lastAt);
    item.lastAt = item.deletedUntil;
    await sleep(2); // what is reported next is later than the deletion by any clock
  }
}
