import { Injectable } from '@nestjs/common';
import { caller } from '../caller.js';
import { Sources } from '../sources.js';
import { Store } from '../store.js';
import { RevocationNews } from './revocation-news.js';

/** Ends the caller's session: in the database, then everywhere. Again: spread again. */
@Injectable()
export class Logout {
  constructor(
    private readonly store: Store,
    private readonly news: RevocationNews,
    private readonly sources: Sources,
  ) {}

  async execute(): Promise<void> {
    const id = BigInt(caller().sessionId);
    const at = this.sources.now();
    await this.store.sql.transaction(async (tx) => {
      const session = await this.store.sessions.lock(tx, id);
      if (session?.revoked_at === null) await this.store.sessions.update(tx, id, { revoked_at: at });
    });
    await this.news.spread([{ target: 'session', id, at }]);
  }
}
