import { type FieldPacket } from 'mysql2';

type Row = Record<string, unknown>;
type Convert = (value: unknown) => unknown;

/** Numbers of column types in the protocol. */
const SMALL_INTEGERS = new Set([1, 2, 3, 9, 13]);
const BIG_INTEGER = 8;
const DECIMALS = new Set([0, 246]);
const BYTES = new Set([249, 250, 251, 252, 253, 254]);
const BINARY = 63;

/** Rows by the rules of `Sql`, changed in place. The driver gives integers of 64 bits and decimals as text. */
export function convertRows(rows: Row[], fields: readonly FieldPacket[]): Row[] {
  for (const field of fields) {
    const convert = converterOf(field);
    if (!convert) continue;
    const { name } = field;
    for (const row of rows) if (row[name] !== null) row[name] = convert(row[name]);
  }
  return rows;
}

/** An expression has no original name: as in SQLite its integers are bigint, whatever the width MySQL finds. */
function converterOf({ columnType = 0, orgName, decimals, characterSet }: FieldPacket): Convert | undefined {
  if (columnType === BIG_INTEGER || (SMALL_INTEGERS.has(columnType) && orgName === '')) return toBigInt;
  if (DECIMALS.has(columnType)) return decimals === 0 ? toBigInt : Number;
  return BYTES.has(columnType) && characterSet === BINARY ? toBytes : undefined;
}

const toBigInt: Convert = (value) => BigInt(value as string | number);

/** A copy: the driver's bytes lie in the packet and would keep all of it. */
const toBytes: Convert = (value) => (value instanceof Uint8Array ? new Uint8Array(value) : value);
