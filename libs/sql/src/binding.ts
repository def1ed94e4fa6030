import { toAppError } from '@storey/errors';

/** What a statement may be given, after `bindings`. */
export type Bound = null | number | bigint | string | Uint8Array;

/**
 * Parameters as a database stores them unaltered. Left to itself SQLite would cut text at NUL, either would replace
 * half a surrogate pair; NaN would become NULL, and whole numbers floats.
 * @throws AppError `internal`: callers validate input; what arrives here is a defect.
 */
export function bindings(parameters: readonly unknown[]): Bound[] {
  return parameters.map((value, index) => {
    const bound = bind(value);
    if (bound !== undefined) return bound;
    throw toAppError(new TypeError(`SQL parameter ${index + 1} cannot be stored: ${flaw(value)}`));
  });
}

function bind(value: unknown): Bound | undefined {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() && !value.includes('\0') ? value : undefined;
    case 'number':
      return bindNumber(value);
    case 'bigint':
      return value === BigInt.asIntN(64, value) ? value : undefined;
    case 'boolean':
      return value ? 1n : 0n;
    default:
      return value === null || value instanceof Uint8Array ? value : undefined;
  }
}

function bindNumber(value: number): Bound | undefined {
  if (Number.isSafeInteger(value)) return BigInt(value);
  return Number.isFinite(value) ? value : undefined;
}

/** Names the fault, never the value. */
function flaw(value: unknown): string {
  if (typeof value === 'string') return 'text with NUL or half a surrogate pair';
  if (typeof value === 'bigint') return 'an integer beyond 64 bits';
  if (typeof value === 'object') return `an object (${value?.constructor.name ?? 'without prototype'})`;
  return typeof value === 'number' ? 'not a finite number' : typeof value;
}
