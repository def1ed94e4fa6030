import { comment } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { pageSize } from '../listing/limits.js';
import { Decide } from './decide.js';
import { ListQueue } from './list-queue.js';
import { ListReports } from './list-reports.js';
import { Report } from './report.js';

type Methods = 'report' | 'decide' | 'decideMany' | 'listQueue' | 'listReports';

@RpcController(comment.CommentService)
export class ModerationGrpc implements Pick<Handlers<typeof comment.CommentService>, Methods> {
  constructor(
    private readonly reporting: Report,
    private readonly deciding: Decide,
    private readonly queue: ListQueue,
    private readonly reports: ListReports,
  ) {}

  async report({ id, reason, note }: comment.ReportRequest) {
    await this.reporting.execute({ id, reason, note });
    return {};
  }

  async decide({ id, decision, reason }: comment.DecideRequest) {
    await this.deciding.one(id, { decision, reason });
    return {};
  }

  decideMany({ ids, decision, reason }: comment.DecideManyRequest) {
    return this.deciding.many(ids, { decision, reason });
  }

  listQueue({ position, limit }: comment.ListQueueRequest) {
    return this.queue.execute({ position, limit: pageSize(limit) });
  }

  listReports({ position, limit }: comment.ListReportsRequest) {
    return this.reports.execute({ position, limit: pageSize(limit) });
  }
}
