/** A walk's next step; `null` at its end. */
export interface Page {
  readonly nextCursor: string | null;
  /** Which parts of the answer were not to be had. */
  readonly degraded?: readonly string[];
}
