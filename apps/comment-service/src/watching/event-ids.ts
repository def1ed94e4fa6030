/** Where an event stands in the log, as a client sees it and sends it back: `<partition>-<offset>`. */
export interface EventPlace {
  readonly partition: number;
  readonly offset: bigint;
}

export const eventId = ({ partition, offset }: EventPlace): string => `${partition}-${offset}`;

/** @returns undefined for what is no id of ours. */
export function parseEventId(id: string): EventPlace | undefined {
  const [, partition, offset] = /^(\d{1,3})-(-1|\d{1,18})$/.exec(id) ?? [];
  if (partition === undefined || offset === undefined) return undefined;
  return { partition: Number(partition), offset: BigInt(offset) };
}
