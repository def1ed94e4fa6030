import { comment } from '@storey/contracts';
import { invalidRequest } from '@storey/errors';
import { unpackIds } from '@storey/ids';
import { RpcController, type Handlers } from '@storey/rpc';
import { subjectOf } from '../intake/subject-ref.js';
import { ViewComments } from './view-comments.js';

@RpcController(comment.CommentService)
export class ViewingGrpc implements Pick<Handlers<typeof comment.CommentService>, 'viewComments'> {
  constructor(private readonly viewing: ViewComments) {}

  viewComments({ subject, ids, ownIds }: comment.ViewCommentsRequest) {
    return this.viewing.execute({ subject: subjectOf(subject), ids: idsOf(ids), ownIds: idsOf(ownIds) });
  }
}

function idsOf(bytes: Uint8Array): readonly bigint[] {
  try {
    return unpackIds(bytes);
  } catch (error) {
    throw invalidRequest([{ path: '/ids', message: 'are not of eight bytes each' }], error);
  }
}
