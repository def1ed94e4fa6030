import { fromBinary } from '@bufbuild/protobuf';
import { historyEvents } from '@storey/contracts';
import { type Deletion, type RecordChange } from '@storey/history';

/** @throws when the bytes are no bundle. */
export const bundleOf = (value: Uint8Array): historyEvents.HistoryBundle =>
  fromBinary(historyEvents.HistoryBundleSchema, value);

export const changeOf = (update: historyEvents.HistoryUpdate): RecordChange => ({
  userId: update.userId,
  business: update.business,
  oid: update.oid,
  progress: update.progress,
  duration: update.duration,
  at: Number(update.atMs),
  seq: Number(update.seq),
  device: update.device,
  hidden: update.hiddenFromContinue,
  snapshot: update.snapshot,
});

export const deletionOf = ({ business, oid, atMs }: historyEvents.HistoryUpdate): Deletion => ({
  business,
  oid,
  at: Number(atMs),
});
