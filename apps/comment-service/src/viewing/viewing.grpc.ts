import { comment } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { subjectOf } from '../intake/subject-ref.js';
import { ViewComments } from './view-comments.js';

@RpcController(comment.CommentService)
export class ViewingGrpc implements Pick<Handlers<typeof comment.CommentService>, 'viewComments'> {
  constructor(private readonly viewing: ViewComments) {}

  viewComments({ subject, ids }: comment.ViewCommentsRequest) {
    return this.viewing.execute({ subject: subjectOf(subject), ids });
  }
}
