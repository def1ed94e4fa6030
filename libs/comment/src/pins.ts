/** How many roots of a subject may be pinned. */
export const MAX_PINS = 3;

/** As they stand in the row of a subject. */
export const encodePins = (ids: readonly bigint[]): string => ids.join();

export const decodePins = (text: string): readonly bigint[] =>
  text === '' ? [] : text.split(',').map(BigInt);
