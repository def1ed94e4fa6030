import { type en } from './en.js';

/** Every word of the site; a language that lacks one does not compile. */
export type Words = Widened<typeof en>;

type Widened<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...values: infer A) => string
      ? (...values: A) => string
      : Widened<T[K]>;
};
