/** Of a write with all it waits for, ms; the edge's own budget is no longer. */
export const WRITE_TIMEOUT_MS = 1000;
