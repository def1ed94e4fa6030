import { ScalarType, create, type DescField, type DescMessage, type Message } from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';

/** Parts of parts that a sample has; a reply of a reply has no replies. */
const MAX_DEPTH = 4;

/** In the lowest 6 bits of ids: where subject `type/oid` lies, so that a made-up command is one that can be read. */
const SHARD = 29n;

export interface Sample {
  /** The case that its first choice (`oneof`) takes, or `all`. */
  readonly what: string;
  readonly message: Message;
}

/**
 * A message with every field set, to values made up from their names and numbers. Of fields that exclude each other it
 * takes one in which something of `missing` (`<type>.<field>`) stands, or the first.
 */
export function sampleOf(schema: DescMessage, missing: ReadonlySet<string>): Sample {
  const filled = fill(schema, missing, []);
  const [choice] = schema.oneofs;
  const taken = choice && schema.fields.find((field) => field.oneof === choice && filled.isSet(field));
  return { what: taken?.name.replaceAll('_', '-') ?? 'all', message: filled.message };
}

function fill(
  schema: DescMessage,
  missing: ReadonlySet<string>,
  above: readonly DescMessage[],
): ReflectMessage {
  const message = reflect(schema, create(schema));
  const path = [...above, schema];
  for (const member of schema.members) {
    const field = member.kind === 'oneof' ? chosen(member.fields, missing) : member;
    if (field) set(message, field, missing, path);
  }
  return message;
}

function chosen(fields: readonly DescField[], missing: ReadonlySet<string>): DescField | undefined {
  return fields.find((field) => isMissing(field, missing, new Set())) ?? fields[0];
}

function isMissing(field: DescField, missing: ReadonlySet<string>, seen: Set<DescMessage>): boolean {
  if (missing.has(`${field.parent.typeName}.${field.name}`)) return true;
  const { message } = field;
  if (!message || seen.has(message)) return false;
  seen.add(message);
  return message.fields.some((part) => isMissing(part, missing, seen));
}

function set(
  message: ReflectMessage,
  field: DescField,
  missing: ReadonlySet<string>,
  path: readonly DescMessage[],
): void {
  const part = field.message;
  if (part && (path.length >= MAX_DEPTH || path.filter((type) => type === part).length > 1)) return;
  if (field.fieldKind === 'map')
    throw new Error(`${field.parent.typeName}.${field.name} is a map: no sample is known.`);
  if (field.fieldKind === 'list') message.get(field).add(part ? fill(part, missing, path) : valueOf(field));
  else message.set(field, part ? fill(part, missing, path) : valueOf(field));
}

/** Never the default: what equals it is not written. */
function valueOf(field: DescField): string | number | bigint | boolean | Uint8Array {
  if (field.enum) return field.enum.values.find(({ number }) => number !== 0)?.number ?? 0;
  switch (field.scalar) {
    case ScalarType.STRING:
      return field.name.replaceAll('_', '-');
    case ScalarType.BYTES:
      return new Uint8Array([field.number, 0, 255]);
    case ScalarType.BOOL:
      return true;
    case ScalarType.INT64:
      return BigInt(field.number) * 64_000_000_000n + SHARD;
    default:
      return field.number * 1000 + 7;
  }
}
