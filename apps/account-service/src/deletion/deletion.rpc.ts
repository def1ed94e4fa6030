import { type SagaRow } from '@storey/account';
import { account } from '@storey/contracts';
import { notFound } from '@storey/errors';
import { RpcController, type Handlers } from '@storey/rpc';
import { Store } from '../store.js';
import { Deletion } from './deletion.js';

const STATES = { running: 'pending', undoing: 'pending', done: 'done', cancelled: 'cancelled' } as const;

@RpcController(account.AccountService)
export class DeletionRpc implements Pick<
  Handlers<typeof account.AccountService>,
  'startDeletion' | 'getDeletion'
> {
  constructor(
    private readonly deletion: Deletion,
    private readonly store: Store,
  ) {}

  async startDeletion() {
    return this.#shown(await this.deletion.starting.execute());
  }

  async getDeletion({ id }: account.GetDeletionRequest) {
    const saga = await this.store.sagas.byId(id);
    if (!saga) throw notFound('There is no such deletion.');
    return this.#shown(saga);
  }

  #shown(saga: SagaRow) {
    const steps = this.deletion.steps.map(({ name, undo }, at) => ({
      name,
      state: stateOf(saga, at, undo !== undefined),
    }));
    return { id: saga.id, state: STATES[saga.state], steps };
  }
}

function stateOf({ state, step }: SagaRow, at: number, undoable: boolean): string {
  if (state === 'cancelled' || (state === 'undoing' && at > step)) return undoable ? 'undone' : 'pending';
  if (state === 'undoing' || at < step) return 'done';
  return at === step && state === 'running' ? 'running' : 'pending';
}
