/** One attempt to have a command accepted, with what is remembered of earlier attempts under the same key. */
export interface Ticket {
  /** The id of the command; of a retry, the one its first attempt was given. */
  readonly id: bigint;
  /** True when an earlier attempt got as far as to be given this id: limits and the duplicate rule were passed then. */
  readonly retried: boolean;
  /** The answer of an earlier attempt, if it has one. */
  readonly answer?: Uint8Array;
  /** The command is durable: from now on twins get this answer. Never rejects for a store that does not answer. */
  done(answer: Uint8Array): Promise<void>;
  /**
   * The command was refused: the key is as unused, unless another attempt may still store the command under this id.
   * Never rejects for a store that does not answer.
   * @returns false when another attempt may.
   */
  release(): Promise<boolean>;
}

/** Of a caller who sent no key. */
export const unkeyedTicket = (id: bigint): Ticket => ({
  id,
  retried: false,
  done: () => Promise.resolve(),
  release: () => Promise.resolve(true),
});
