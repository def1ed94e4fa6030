import { account } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { Visit } from './visit.js';

@RpcController(account.AccountService)
export class PointsRpc implements Pick<Handlers<typeof account.AccountService>, 'visit'> {
  constructor(private readonly visits: Visit) {}

  async visit({ date }: account.VisitRequest) {
    return { points: await this.visits.execute(date) };
  }
}
