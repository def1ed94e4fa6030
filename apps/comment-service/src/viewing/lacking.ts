import { AsyncLocalStorage } from 'node:async_hooks';

/** What an answer lacks, by the names that the public contract has for it. */
export type Lacking = ReadonlySet<string>;

const answers = new AsyncLocalStorage<Set<string>>();

/** Runs `make`; whatever it reads may note what its answer lacks. */
export function notingLacks<T>(make: (lacking: Lacking) => Promise<T>): Promise<T> {
  const lacking = new Set<string>();
  return answers.run(lacking, () => make(lacking));
}

/** Of the answer that is being made; where none is, nobody is to be told. */
export function noteLack(name: string): void {
  answers.getStore()?.add(name);
}
