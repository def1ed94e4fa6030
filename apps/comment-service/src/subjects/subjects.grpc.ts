import { Subjects } from '@storey/comment';
import { comment } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { subjectOf } from '../intake/subject-ref.js';
import { ChangeSubject } from './change-subject.js';
import { CountSubjects } from './count-subjects.js';
import { GetSubject } from './get-subject.js';

@RpcController(comment.CommentService)
export class SubjectsGrpc implements Pick<
  Handlers<typeof comment.CommentService>,
  'getSubject' | 'changeSubject' | 'batchCounts' | 'anySubject'
> {
  constructor(
    private readonly getting: GetSubject,
    private readonly changing: ChangeSubject,
    private readonly counts: CountSubjects,
    private readonly subjects: Subjects,
  ) {}

  async getSubject({ subject }: comment.GetSubjectRequest) {
    return { subject: await this.getting.execute(subjectOf(subject)) };
  }

  async changeSubject({ subject, ...changes }: comment.ChangeSubjectRequest) {
    return { subject: await this.changing.execute(subjectOf(subject), changes) };
  }

  async batchCounts({ subjects }: comment.BatchCountsRequest) {
    return { items: await this.counts.execute(subjects.map(subjectOf)) };
  }

  async anySubject() {
    const subject = await this.subjects.any();
    return subject ? { subject } : {};
  }
}
