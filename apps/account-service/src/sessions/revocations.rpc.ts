import { type MessageInitShape } from '@bufbuild/protobuf';
import { type Revocation } from '@storey/account';
import { account } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { RevocationNews } from './revocation-news.js';

@RpcController(account.AccountService)
export class RevocationsRpc implements Pick<Handlers<typeof account.AccountService>, 'listRevocations'> {
  constructor(private readonly news: RevocationNews) {}

  async listRevocations() {
    return { revocations: (await this.news.living()).map(toMessage) };
  }
}

type Message = MessageInitShape<typeof account.ListRevocationsReply_RevocationSchema>;

const toMessage = ({ target, id, at }: Revocation): Message =>
  target === 'session'
    ? { target: { case: 'sessionId', value: id }, atMs: at }
    : { target: { case: 'userId', value: id }, atMs: at };
