import { history } from '@storey/contracts';
import { invalidRequest } from '@storey/errors';
import { MAX_RETENTION_DAYS } from '@storey/history';
import { RpcController, type Handlers } from '@storey/rpc';
import { callerId } from '../caller.js';
import { UserStates } from '../state/user-states.js';

@RpcController(history.HistoryService)
export class SettingsController implements Pick<
  Handlers<typeof history.HistoryService>,
  'getSettings' | 'putSettings'
> {
  constructor(private readonly states: UserStates) {}

  async getSettings(_request: history.GetSettingsRequest) {
    const { settings } = await this.states.open(callerId());
    return { ...settings };
  }

  async putSettings({ paused, retentionDays }: history.PutSettingsRequest) {
    if (retentionDays < 1 || retentionDays > MAX_RETENTION_DAYS)
      throw invalidRequest([{ path: '/retentionDays', message: `must be from 1 to ${MAX_RETENTION_DAYS}` }]);
    await this.states.putSettings(callerId(), { paused, retentionDays });
    return { paused, retentionDays };
  }
}
