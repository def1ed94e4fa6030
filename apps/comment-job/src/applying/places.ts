import { create } from '@bufbuild/protobuf';
import { commentEvents } from '@storey/contracts';
import { type Thread } from './thread.js';

/** Where comments stand, for those who keep lists; what never got a floor stands nowhere. */
export function placesOf(thread: Thread, ids: readonly bigint[]): commentEvents.Place[] {
  return ids.flatMap((id) => {
    const { index } = thread.find(id) ?? {};
    if (!index) return [];
    const place = { id, rootId: index.root_id, floor: index.floor ?? 0n };
    return [create(commentEvents.PlaceSchema, place)];
  });
}
