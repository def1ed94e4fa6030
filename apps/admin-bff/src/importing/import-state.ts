import { type Principal } from '@storey/context';
import { type Kv } from '@storey/kv';

export interface SkippedItem {
  /** The comment's id in the file. */
  readonly ref: string;
  readonly reason: string;
}

export interface ImportState {
  readonly id: string;
  readonly state: 'running' | 'done' | 'failed';
  /** Comments dealt with: imported, known from before, or skipped. */
  readonly done: number;
  readonly total: number;
  /** At most 1,000 are kept. */
  readonly skipped: readonly SkippedItem[];
  /** `type/oid` of what was commented on, at most 1,000. */
  readonly subjects: readonly string[];
  /** On whose behalf. */
  readonly principal: Principal;
}

const KEEP_MS = 30 * 24 * 60 * 60_000;
const RUNNING = 'imp:running';
const MAX_LISTED = 1000;

/** Where imports stand; survives a restart, so that an interrupted one goes on. */
export class ImportStates {
  constructor(private readonly kv: Kv) {}

  async get(id: string): Promise<ImportState | undefined> {
    const bytes = await this.kv.get(key(id));
    return bytes && (JSON.parse(Buffer.from(bytes).toString()) as ImportState);
  }

  async save(state: ImportState): Promise<void> {
    const bounded = {
      ...state,
      skipped: state.skipped.slice(0, MAX_LISTED),
      subjects: state.subjects.slice(0, MAX_LISTED),
    };
    await this.kv.set(key(state.id), Buffer.from(JSON.stringify(bounded)), { ttlMs: KEEP_MS });
    if (state.state === 'running') await this.kv.addScored(RUNNING, [{ member: state.id, score: 0 }], {});
    else await this.kv.removeScored(RUNNING, [state.id]);
  }

  async running(): Promise<readonly string[]> {
    const entries = await this.kv.rangeByScore(RUNNING, { order: 'ascending', limit: 100 });
    return entries.map(({ member }) => member);
  }
}

const key = (id: string): string => `imp:${id}`;
