import { history } from '@storey/contracts';
import { AppError, invalidRequest } from '@storey/errors';
import { type RecordKey } from '@storey/history';
import { RpcController, type Handlers } from '@storey/rpc';
import { callerId } from './caller.js';
import { DeleteHistory } from './deleting/delete-history.js';
import { GetRecords } from './listing/get-records.js';
import { HideFromContinue } from './listing/hide-from-continue.js';
import { ReportHistory } from './reporting/report-history.js';
import { reportOf } from './reporting/report-of.js';
import { contractRecord } from './state/stored-record.js';

const MAX_KEYS = 100;

type Served = 'report' | 'get' | 'batchGet' | 'hideFromContinue' | 'delete' | 'clear' | 'erase';

@RpcController(history.HistoryService)
export class HistoryController implements Pick<Handlers<typeof history.HistoryService>, Served> {
  constructor(
    private readonly reports: ReportHistory,
    private readonly records: GetRecords,
    private readonly hiding: HideFromContinue,
    private readonly deletions: DeleteHistory,
  ) {}

  async report({ reports }: history.ReportRequest) {
    bounded(reports, '/reports');
    return { outcomes: [...(await this.reports.execute(callerId(), reports.map(reportOf)))] };
  }

  async get({ key }: history.GetRequest) {
    const { records, degraded } = await this.records.execute(callerId(), [keyOf(key)]);
    const [record] = records;
    if (record) return { record: contractRecord(record) };
    throw degraded ? unsure() : recordNotFound();
  }

  async batchGet({ keys }: history.BatchGetRequest) {
    bounded(keys, '/keys');
    const { records, degraded } = await this.records.execute(callerId(), keys.map(keyOf));
    return { records: records.map(contractRecord), degraded: degraded ? ['history'] : [] };
  }

  async hideFromContinue({ key }: history.HideFromContinueRequest) {
    await this.hiding.execute(callerId(), keyOf(key));
    return {};
  }

  async delete({ key }: history.DeleteRequest) {
    await this.deletions.execute(callerId(), keyOf(key));
    return {};
  }

  async clear({ business }: history.ClearRequest) {
    await this.deletions.execute(callerId(), { business, oid: '' });
    return {};
  }

  async erase({ userId }: history.EraseRequest) {
    await this.deletions.execute(userId, { business: '', oid: '' });
    return {};
  }
}

function keyOf(key: history.Key | undefined): RecordKey {
  if (key && key.business !== '' && key.oid !== '') return { business: key.business, oid: key.oid };
  throw invalidRequest([{ path: '/key', message: 'is missing' }]);
}

function bounded(list: readonly unknown[], path: string): void {
  if (list.length >= 1 && list.length <= MAX_KEYS) return;
  throw invalidRequest([{ path, message: `must have 1 to ${MAX_KEYS} entries` }]);
}

const recordNotFound = (): AppError =>
  new AppError({
    kind: 'not_found',
    code: 'HISTORY_NOT_FOUND',
    message: 'There is no such record in your history.',
  });

/** It may exist where nobody can look now. */
const unsure = (): AppError =>
  new AppError({
    kind: 'unavailable',
    code: 'COMMON_UNAVAILABLE',
    message: 'This part of your history is not to be had now.',
    details: { retryAfterSeconds: 1 },
  });
