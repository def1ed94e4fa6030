import { misconfigured } from './misconfigured.js';

/** @throws AppError when a URL has a setting that is none of `known`. */
export function checkSettings({ protocol, searchParams }: URL, known: readonly string[]): void {
  const unknown = [...searchParams.keys()].find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw misconfigured(`A ${protocol} URL has no setting "${unknown}", only ${known.join(', ')}`);
}

/** A setting of a URL that is a number, from 1 to `most`. @throws AppError when it is none. */
export function numberSetting({ searchParams }: URL, setting: string, usual: number, most: number): number {
  const text = searchParams.get(setting);
  const value = text === null ? usual : Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw misconfigured(`The setting "${setting}" must be a whole number from 1 to ${most}`);
}

/** How long a transaction that is given no time of its own may take, waiting included: `transactionMs`, in ms. */
export const transactionMsOf = (url: URL): number => numberSetting(url, 'transactionMs', 300, 60_000);
