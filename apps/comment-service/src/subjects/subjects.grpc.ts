import { toSubject } from '@storey/comment';
import { comment } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { subjectOf } from '../intake/subject-ref.js';
import { Records } from '../viewing/records.js';
import { CountSubjects } from './count-subjects.js';

@RpcController(comment.CommentService)
export class SubjectsGrpc implements Pick<
  Handlers<typeof comment.CommentService>,
  'getSubject' | 'batchCounts'
> {
  constructor(
    private readonly records: Records,
    private readonly counts: CountSubjects,
  ) {}

  async getSubject({ subject }: comment.GetSubjectRequest) {
    return { subject: toSubject(await this.records.subject(subjectOf(subject))) };
  }

  async batchCounts({ subjects }: comment.BatchCountsRequest) {
    return { items: await this.counts.execute(subjects.map(subjectOf)) };
  }
}
