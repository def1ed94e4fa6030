import { type SubjectKey } from '@storey/comment';

export interface ImportItem {
  /** Unique within its source. */
  readonly sourceKey: string;
  readonly subject: SubjectKey;
  /** Empty for a root. */
  readonly parentSourceKey: string;
  readonly authorId: bigint;
  readonly text: string;
  /** Epoch ms. */
  readonly createdAt: number;
}

/** Why one item is passed over, in words for whoever imports; the others go on. */
export class ImportRefusal extends Error {
  constructor(reason: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.name = 'ImportRefusal';
  }
}
