import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { currentContext } from '@storey/context';
import { type history } from '@storey/contracts';
import { Logger } from '@storey/observability';
import { z } from 'zod';
import { Services } from '../services.js';
import { subjectSchema, type SubjectInput } from '../subject.schema.js';

const body = z.object({ subjects: z.array(subjectSchema).max(100, 'may have 100 at most').default([]) });

/** Optional parts may take this long, ms; the page does not wait for them any longer. */
const OPTIONAL_MS = 200;
const SHELF = 10;

interface Home {
  /** By `type/oid`: [roots, all]. */
  readonly c: Readonly<Record<string, readonly [number, number]>>;
  readonly cw: readonly ShelfItem[];
  readonly un: number;
  readonly degraded: readonly string[];
}

interface ShelfItem {
  readonly b: string;
  readonly o: string;
  readonly p: number;
  readonly d: number;
  readonly t: string;
}

/** What the phone draws first, in one call: counts, what to go on watching, unread notices. Compact keys. */
@Controller('app/v2/home')
export class HomeController {
  constructor(
    private readonly services: Services,
    private readonly logger: Logger,
  ) {}

  @Post()
  @HttpCode(200)
  async home(@Body({ schema: body }) { subjects }: z.output<typeof body>): Promise<Home> {
    const degraded: string[] = [];
    const signedIn = currentContext().principal !== undefined;
    const [c, cw, un] = await Promise.all([
      this.#counts(subjects),
      signedIn ? this.#optional('history', degraded, [], () => this.#shelf()) : [],
      signedIn ? this.#optional('notifications', degraded, 0, () => this.#unread()) : 0,
    ]);
    return { c, cw, un, degraded };
  }

  async #counts(subjects: readonly SubjectInput[]): Promise<Home['c']> {
    if (subjects.length === 0) return {};
    const { items } = await this.services.comments.batchCounts({ subjects: [...subjects] });
    return Object.fromEntries(
      items.map(({ subject, counts }) => [
        `${subject?.type}/${subject?.oid}`,
        [Number(counts?.roots ?? 0), Number(counts?.all ?? 0)] as const,
      ]),
    );
  }

  async #shelf(): Promise<readonly ShelfItem[]> {
    const { records } = await this.services.histories.listContinue(
      { limit: SHELF },
      { timeoutMs: OPTIONAL_MS },
    );
    return records.map(toShelfItem);
  }

  async #unread(): Promise<number> {
    return Number((await this.services.comments.countUnread({}, { timeoutMs: OPTIONAL_MS })).count);
  }

  async #optional<T>(part: string, degraded: string[], fallback: T, load: () => Promise<T>): Promise<T> {
    try {
      return await load();
    } catch (error) {
      this.logger.warn('home is served without a part', { part, cause: String(error) });
      degraded.push(part);
      return fallback;
    }
  }
}

const toShelfItem = ({ key, progress, duration, title }: history.Record): ShelfItem => ({
  b: key?.business ?? '',
  o: key?.oid ?? '',
  p: progress,
  d: duration,
  t: title,
});
