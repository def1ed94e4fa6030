import { comment } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { Pin } from './pin.js';

@RpcController(comment.CommentService)
export class PinningGrpc implements Pick<Handlers<typeof comment.CommentService>, 'pin'> {
  constructor(private readonly pinning: Pin) {}

  async pin({ id, pinned }: comment.PinRequest) {
    await this.pinning.execute(id, pinned);
    return {};
  }
}
