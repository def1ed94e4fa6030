import { type TipRow, type TipState } from '@storey/account';
import { account } from '@storey/contracts';
import { notFound } from '@storey/errors';
import { RpcController, type Handlers } from '@storey/rpc';
import { caller } from '../caller.js';
import { Store } from '../store.js';
import { GiveTip } from './give-tip.js';

const { TipState: Shown } = account;

/** Decided is decided: nothing but comment-service is still to hear of it. */
const SHOWN: Readonly<Record<TipState, account.TipState>> = {
  trying: Shown.PENDING,
  confirming: Shown.DONE,
  done: Shown.DONE,
  cancelling: Shown.CANCELLED,
  cancelled: Shown.CANCELLED,
};

@RpcController(account.AccountService)
export class TipsRpc implements Pick<Handlers<typeof account.AccountService>, 'tip' | 'getTip'> {
  constructor(
    private readonly giving: GiveTip,
    private readonly store: Store,
  ) {}

  async tip(request: account.TipRequest) {
    const { tip, replayed } = await this.giving.execute(request);
    return { tip: shown(tip), replayed };
  }

  async getTip({ id }: account.GetTipRequest) {
    const { userId } = caller();
    const tip = await this.store.tips.byId(id);
    if (tip?.from_user !== BigInt(userId)) throw notFound('There is no such tip of yours.');
    return { tip: shown(tip) };
  }
}

const shown = ({ id, state, points }: TipRow) => ({ id, state: SHOWN[state], points });
