import { subjectKey, type SubjectKey } from '@storey/comment';
import { invalidRequest } from '@storey/errors';
import { type Records } from '../viewing/records.js';

const MAX_SUBJECTS = 100;

export interface Counted {
  readonly subject: SubjectKey;
  readonly counts: { readonly roots: bigint; readonly all: bigint };
}

/** How many visible comments stand under each of several subjects. */
export class CountSubjects {
  readonly #records: Records;

  constructor(records: Records) {
    this.#records = records;
  }

  /** Each subject once. @throws AppError invalid for more than 100. */
  async execute(keys: readonly SubjectKey[]): Promise<Counted[]> {
    if (keys.length > MAX_SUBJECTS) {
      throw invalidRequest([{ path: '/subjects', message: `may have ${MAX_SUBJECTS} entries` }]);
    }
    const once = [...new Map(keys.map((key) => [subjectKey(key), key])).values()];
    const subjects = await this.#records.freshSubjects(once);
    return subjects.map(({ type, oid, roots, all }) => ({ subject: { type, oid }, counts: { roots, all } }));
  }
}
