import { comment } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { subjectOf } from '../intake/subject-ref.js';
import { Delete } from './delete.js';
import { Edit } from './edit.js';
import { Publish } from './publish.js';

@RpcController(comment.CommentService)
export class PostingGrpc implements Pick<
  Handlers<typeof comment.CommentService>,
  'publish' | 'edit' | 'delete'
> {
  constructor(
    private readonly publishing: Publish,
    private readonly editing: Edit,
    private readonly deleting: Delete,
  ) {}

  publish({ subject, text, parentId, mentions, idempotency }: comment.PublishRequest) {
    const post = { subject: subjectOf(subject), text, parentId, mentions };
    return this.publishing.execute({ ...post, ...(idempotency && { idempotency }) });
  }

  async edit({ id, text, mentions }: comment.EditRequest) {
    return { comment: await this.editing.execute({ id, text, mentions }) };
  }

  async delete({ id }: comment.DeleteRequest) {
    await this.deleting.execute(id);
    return {};
  }
}
