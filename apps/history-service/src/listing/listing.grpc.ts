import { history } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { callerId } from '../caller.js';
import { contractRecord } from '../state/stored-record.js';
import { ListHistory, type HistoryFilter, type HistoryPage } from './list-history.js';
import { decodePosition, encodePosition } from './walk-position.js';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 50;

interface PageRequest {
  readonly position: Uint8Array;
  readonly limit: number;
}

@RpcController(history.HistoryService)
export class ListingController implements Pick<
  Handlers<typeof history.HistoryService>,
  'list' | 'listContinue'
> {
  constructor(private readonly listing: ListHistory) {}

  list({ business, query, position, limit }: history.ListRequest) {
    return this.#page({ business, query, shelf: false }, { position, limit });
  }

  listContinue({ position, limit }: history.ListContinueRequest) {
    return this.#page({ business: '', query: '', shelf: true }, { position, limit });
  }

  async #page(filter: HistoryFilter, { position, limit }: PageRequest) {
    const page = await this.listing.execute(callerId(), filter, {
      position: position.length === 0 ? undefined : decodePosition(position),
      limit: Math.min(limit || DEFAULT_LIMIT, MAX_LIMIT),
    });
    return replyOf(page);
  }
}

const replyOf = ({ records, next, degraded }: HistoryPage) => ({
  records: records.map(contractRecord),
  nextPosition: next ? encodePosition(next) : new Uint8Array(),
  degraded: degraded ? ['history'] : [],
});
