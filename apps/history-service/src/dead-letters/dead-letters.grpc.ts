import { history } from '@storey/contracts';
import { invalidRequest } from '@storey/errors';
import { DeadLetters } from '@storey/outbox';
import { RpcController, type Handlers } from '@storey/rpc';
import { administratorId } from '../caller.js';

const { DeadLetterDecision } = history;
const MAX_PAGE = 50;

type Served = 'listDeadLetters' | 'decideDeadLetter';

@RpcController(history.HistoryService)
export class DeadLettersController implements Pick<Handlers<typeof history.HistoryService>, Served> {
  constructor(private readonly letters: DeadLetters) {}

  async listDeadLetters({ beforeId, limit }: history.ListDeadLettersRequest) {
    administratorId();
    if (limit < 1 || limit > MAX_PAGE)
      throw invalidRequest([{ path: '/limit', message: `must be from 1 to ${MAX_PAGE}` }]);
    return this.letters.page(limit, beforeId);
  }

  /** @throws AppError `not_found` for a letter that is gone or about which the other thing was decided. */
  async decideDeadLetter({ id, decision }: history.DecideDeadLetterRequest) {
    const by = String(administratorId());
    if (decision === DeadLetterDecision.REPLAY) await this.letters.replay(id, by);
    else if (decision === DeadLetterDecision.DISCARD) await this.letters.discard(id, by);
    else throw invalidRequest([{ path: '/decision', message: 'must be replay or discard' }]);
    return {};
  }
}
