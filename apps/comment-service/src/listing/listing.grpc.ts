import { comment } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { subjectOf } from '../intake/subject-ref.js';
import { GetComment } from './get-comment.js';
import { InspectComment } from './inspect-comment.js';
import { pageSize } from './limits.js';
import { ListComments } from './list-comments.js';
import { ListReplies } from './list-replies.js';

type Service = typeof comment.CommentService;

const MAX_PREVIEW = 3;

@RpcController(comment.CommentService)
export class ListingGrpc implements Pick<
  Handlers<Service>,
  'listComments' | 'listReplies' | 'getComment' | 'inspectComment'
> {
  constructor(
    private readonly comments: ListComments,
    private readonly replies: ListReplies,
    private readonly permalink: GetComment,
    private readonly inspection: InspectComment,
  ) {}

  listComments(request: comment.ListCommentsRequest) {
    return this.comments.execute({
      ...request,
      subject: subjectOf(request.subject),
      sort: request.sort || comment.Sort.HOT,
      limit: pageSize(request.limit),
      preview: Math.min(MAX_PREVIEW, Math.max(0, request.preview)),
    });
  }

  listReplies(request: comment.ListRepliesRequest) {
    const { rootId, position } = request;
    const sort = request.sort || comment.Sort.OLD;
    return this.replies.execute({ rootId, sort, position, limit: pageSize(request.limit), floor: 0n });
  }

  getComment({ id }: comment.GetCommentRequest) {
    return this.permalink.execute(id);
  }

  inspectComment({ id }: comment.InspectCommentRequest) {
    return this.inspection.execute(id);
  }
}
