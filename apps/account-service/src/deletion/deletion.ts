import { type SagaRow } from '@storey/account';
import { type Logger } from '@storey/observability';
import { type Platform } from '@storey/service';
import { type Ground } from '../ground.js';
import { type RevocationNews } from '../sessions/revocation-news.js';
import { Sweep } from '../sweep.js';
import { BlankProfile } from './blank-profile.js';
import { CloseAccount } from './close-account.js';
import { eraseElsewhere } from './erase-elsewhere.js';
import { SagaDriver } from './saga-driver.js';
import { StartDeletion } from './start-deletion.js';
import { type Step } from './step.js';

/** The saga that deletes accounts: its steps, what begins it and what brings it to its end. */
export class Deletion {
  readonly steps: readonly Step[];
  readonly starting: StartDeletion;
  readonly sweep: Sweep<SagaRow>;

  constructor(ground: Ground, news: Pick<RevocationNews, 'spread'>, platform: Platform, logger: Logger) {
    const { store, sources, comments, histories } = ground;
    this.steps = [
      new CloseAccount(store, news, sources),
      ...eraseElsewhere(comments, histories, sources),
      new BlankProfile(store, sources),
    ];
    const driver = new SagaDriver({ steps: this.steps, store, sources, faultPoint: platform.faultPoint });
    this.starting = new StartDeletion(store, driver, sources);
    let found = 0;
    const help = 'Deletions that the last sweep took on';
    const metrics = platform.metrics.forApp('account-service');
    metrics.observed('storey_deletions_unfinished', help, [], () => [[{}, found]]);
    this.sweep = new Sweep<SagaRow>({
      due: async (limit) => {
        const due = await store.sagas.due(sources.now(), limit);
        found = due.length;
        return due;
      },
      drive: (saga) => driver.drive(saga),
      postpone: (saga, ms) => {
        const change = { due_at: sources.now() + BigInt(ms) };
        return store.sql.transaction((tx) => store.sagas.update(tx, saga, change));
      },
      onError: (cause, { id, step }) =>
        logger.warn('a deletion waits', {
          saga: String(id),
          step: this.steps[step]?.name,
          cause: String(cause),
        }),
    });
  }
}
