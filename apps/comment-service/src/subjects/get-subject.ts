import { defaultSubject, toSubject, type SubjectKey } from '@storey/comment';
import { type comment } from '@storey/contracts';
import { type Records } from '../viewing/records.js';
import { type Views } from '../viewing/views.js';

/** What is commented on, with the caller's own latest changes; what nobody wrote to yet answers defaults. */
export class GetSubject {
  readonly #views: Views;
  readonly #records: Records;

  constructor(views: Views, records: Records) {
    this.#views = views;
    this.#records = records;
  }

  execute(key: SubjectKey): Promise<comment.Subject> {
    const subjects = () => this.#records.freshSubjects([key]);
    return this.#views.beside(subjects, (view, [subject = defaultSubject(key)]) =>
      Promise.resolve(toSubject(view.subject(subject))),
    );
  }
}
