import { appendFileSync } from 'node:fs';

/** How much is done: little by default, as much as `npm run prove` asks for. */
export function amount(name: `PROVE_${string}`, byDefault: number): number {
  const given = process.env[name];
  return given === undefined || given === '' ? byDefault : Number(given);
}

/** Given, or another one each time; always told, so that a red run can be had again. */
export const seed = (): number => amount('PROVE_SEED', Math.floor(Math.random() * 2 ** 31));

/** What a suite has to show: a line for the reader, and one for `npm run prove` to sum up. */
export function tell(suite: string, figures: Readonly<Record<string, number | string>>): void {
  const text = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  process.stdout.write(`${suite}: ${text.join(', ')}\n`);
  const file = process.env.PROVE_FIGURES;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ suite, figures })}\n`);
}
