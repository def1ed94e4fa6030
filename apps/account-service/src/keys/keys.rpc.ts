import { account } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { KeyRing } from './key-ring.js';

@RpcController(account.AccountService)
export class KeysRpc implements Pick<Handlers<typeof account.AccountService>, 'listKeys'> {
  constructor(private readonly keys: KeyRing) {}

  async listKeys() {
    return { jwksJson: await this.keys.jwks() };
  }
}
