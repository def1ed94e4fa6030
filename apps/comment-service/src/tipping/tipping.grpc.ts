import { comment } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { EndTip } from './end-tip.js';
import { TryTip } from './try-tip.js';

type Calls = Pick<Handlers<typeof comment.CommentService>, 'tryTip' | 'confirmTip' | 'cancelTip'>;

@RpcController(comment.CommentService)
export class TippingGrpc implements Calls {
  constructor(
    private readonly tries: TryTip,
    private readonly ends: EndTip,
  ) {}

  async tryTip(request: comment.TryTipRequest) {
    return { authorId: await this.tries.execute(request) };
  }

  async confirmTip({ tipId, commentId }: comment.ConfirmTipRequest) {
    await this.ends.confirm({ tip_id: tipId, comment_id: commentId });
    return {};
  }

  async cancelTip({ tipId, commentId }: comment.CancelTipRequest) {
    await this.ends.cancel({ tip_id: tipId, comment_id: commentId });
    return {};
  }
}
