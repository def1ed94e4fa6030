/** How long after its acceptance the author may edit a comment. */
export const EDIT_WINDOW_MS = 15 * 60 * 1000;

/** @param createdAt epoch ms @param now epoch ms */
export const inEditWindow = (createdAt: bigint, now: number): boolean =>
  now - Number(createdAt) <= EDIT_WINDOW_MS;
