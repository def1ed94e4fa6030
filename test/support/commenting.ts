import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { eventually } from '@storey/testing';
import { Client, type Json } from './client.js';
import { type Product } from './product.js';
import { topology } from './topology/topology.js';

const RUN = `${process.pid}-${Date.now().toString(36)}`;
const EVERYWHERE_MS = 1000;
let subjects = 0;

/** An oid that nobody has used yet, in this run or another. */
export const newOid = (): string => `s${RUN}-${(subjects += 1)}`;

/** The path of a subject that nobody has written under yet. */
export const newSubject = (): string => `/web/v1/subjects/video/${newOid()}`;

export const soon = <T>(check: () => Promise<T>, timeoutMs = 8000): Promise<T> =>
  eventually(check, { timeoutMs, everyMs: 20 });

/** What the comment suites do all the time. */
export class Commenting {
  constructor(private readonly product: () => Product) {}

  anyone = (): Client => new Client(() => this.product().url);

  async list(path: string, query = 'sort=new', by = this.anyone()): Promise<Json> {
    return (await by.get(`${path}/comments?${query}`)).body;
  }

  async post(by: Client, path: string, text: string, extra: object = {}): Promise<Json> {
    const answer = await by.accept(`${path}/comments`, { text, ...extra });
    expect(answer.status).toBe(202);
    return answer.body.comment;
  }

  /** Posts and waits until everybody sees it: other instances show what one has shown within a second more. */
  async posted(by: Client, path: string, text: string, extra: object = {}): Promise<Json> {
    const { id } = await this.post(by, path, text, extra);
    await soon(async () => expect((await this.anyone().get(`/web/v1/comments/${id}`)).status).toBe(200));
    if (topology === 'compose') await sleep(EVERYWHERE_MS);
    return (await this.anyone().get(`/web/v1/comments/${id}`)).body.comment;
  }
}
