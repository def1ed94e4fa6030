import { account, comment, history } from '@storey/contracts';
import { type Rpc, type RpcClient } from '@storey/rpc';

/** The services behind this BFF. */
export class Services {
  readonly accounts: RpcClient<typeof account.AccountService>;
  readonly comments: RpcClient<typeof comment.CommentService>;
  readonly histories: RpcClient<typeof history.HistoryService>;

  constructor(rpc: Rpc) {
    this.accounts = rpc.client(account.AccountService, { target: 'account', from: 'app-bff' });
    this.comments = rpc.client(comment.CommentService, { target: 'comment', from: 'app-bff' });
    this.histories = rpc.client(history.HistoryService, { target: 'history', from: 'app-bff' });
  }
}
