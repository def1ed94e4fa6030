import { comment } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { React } from './react.js';

@RpcController(comment.CommentService)
export class ReactionsGrpc implements Pick<Handlers<typeof comment.CommentService>, 'react'> {
  constructor(private readonly reacting: React) {}

  async react({ id, value }: comment.ReactRequest) {
    return { value: await this.reacting.execute(id, value) };
  }
}
