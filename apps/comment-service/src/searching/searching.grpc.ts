import { comment } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { SearchComments } from './search-comments.js';
import { searchRequest } from './search-request.js';

@RpcController(comment.CommentService)
export class SearchingGrpc implements Pick<Handlers<typeof comment.CommentService>, 'searchComments'> {
  constructor(private readonly search: SearchComments) {}

  searchComments(request: comment.SearchCommentsRequest) {
    return this.search.execute(searchRequest(request), request.position);
  }
}
