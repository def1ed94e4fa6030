import { create, toBinary } from '@bufbuild/protobuf';
import { historyEvents } from '@storey/contracts';
import { type Deletion, type HistoryRecord } from '@storey/history';

/** Strings of one message, in characters; far below the 1 MiB that the log takes. */
const MAX_CHARACTERS = 200_000;

/** What a change of a record says to history-job. */
export const recordUpdate = (
  userId: bigint,
  record: HistoryRecord,
  withSnapshot: boolean,
): historyEvents.HistoryUpdate =>
  create(historyEvents.HistoryUpdateSchema, {
    userId,
    business: record.business,
    oid: record.oid,
    progress: record.progress,
    duration: record.duration,
    atMs: BigInt(record.at),
    seq: BigInt(record.seq),
    device: record.device,
    hiddenFromContinue: record.hidden,
    ...(withSnapshot && {
      snapshot: { title: record.title, coverUrl: record.coverUrl, url: record.url, part: record.part },
    }),
  });

export const deletionUpdate = (
  userId: bigint,
  { business, oid, at }: Deletion,
): historyEvents.HistoryUpdate =>
  create(historyEvents.HistoryUpdateSchema, { userId, business, oid, atMs: BigInt(at), deleted: true });

/** Updates of one region as messages that the log takes. */
export function bundles(updates: readonly historyEvents.HistoryUpdate[]): Uint8Array[] {
  const all: Uint8Array[] = [];
  let some: historyEvents.HistoryUpdate[] = [];
  let characters = 0;
  for (const update of updates) {
    some.push(update);
    characters += charactersOf(update);
    if (characters < MAX_CHARACTERS) continue;
    all.push(encode(some));
    some = [];
    characters = 0;
  }
  if (some.length > 0) all.push(encode(some));
  return all;
}

/** Once all before it is written, the region is whole again as of `epoch`. */
export const barrier = (epoch: string): Uint8Array =>
  toBinary(
    historyEvents.HistoryBundleSchema,
    create(historyEvents.HistoryBundleSchema, { barrierEpochMs: BigInt(epoch) }),
  );

const encode = (updates: historyEvents.HistoryUpdate[]): Uint8Array =>
  toBinary(historyEvents.HistoryBundleSchema, create(historyEvents.HistoryBundleSchema, { updates }));

/** With what its numbers take. */
function charactersOf({ snapshot, business, oid, device }: historyEvents.HistoryUpdate): number {
  const shown = snapshot
    ? snapshot.title.length + snapshot.coverUrl.length + snapshot.url.length + snapshot.part.length
    : 0;
  return 64 + business.length + oid.length + device.length + shown;
}
