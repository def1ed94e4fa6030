import { comment } from '@storey/contracts';
import { DeadLetters } from '@storey/outbox';
import { RpcController, type Handlers } from '@storey/rpc';
import { requireAdmin } from '../caller.js';
import { pageSize } from '../listing/limits.js';
import { decide } from './decide.js';

type Served = 'listDeadLetters' | 'decideDeadLetter';

@RpcController(comment.CommentService)
export class DeadLettersGrpc implements Pick<Handlers<typeof comment.CommentService>, Served> {
  constructor(private readonly letters: DeadLetters) {}

  async listDeadLetters({ beforeId, limit }: comment.ListDeadLettersRequest) {
    requireAdmin();
    return this.letters.page(pageSize(limit), beforeId);
  }

  async decideDeadLetter({ id, decision }: comment.DecideDeadLetterRequest) {
    await decide(this.letters, { id, decision, by: String(requireAdmin().userId) });
    return {};
  }
}
