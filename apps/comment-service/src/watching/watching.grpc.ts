import { subjectKey } from '@storey/comment';
import { comment } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { subjectOf } from '../intake/subject-ref.js';
import { WatchSubject } from './watch-subject.js';

@RpcController(comment.CommentService)
export class WatchingGrpc implements Pick<Handlers<typeof comment.CommentService>, 'watch'> {
  constructor(private readonly watching: WatchSubject) {}

  watch({ subject, lastEventId }: comment.WatchRequest) {
    return this.watching.execute({ subject: subjectKey(subjectOf(subject)), lastEventId });
  }
}
