import { fromBinary, type DescField, type DescMessage, type Message } from '@bufbuild/protobuf';
import { type GenFile } from '@bufbuild/protobuf/codegenv2';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import { goldenMessages } from '@storey/testing';
import * as contracts from '../src/index.js';

export { sampleOf } from './sample.js';

/** The files of `storey.events.v1`: what lies in the log and outlives the release that wrote it. */
export const eventFiles: readonly GenFile[] = Object.values(contracts)
  .flatMap((module): unknown[] => Object.values(module))
  .filter(isFile)
  .filter(({ proto }) => proto.package === 'storey.events.v1');

function isFile(value: unknown): value is GenFile {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'file';
}

/** The messages that are appended whole; the others are only parts of them. */
export const eventMessages: readonly DescMessage[] = wholes(eventFiles.flatMap(({ messages }) => messages));

function wholes(all: readonly DescMessage[]): readonly DescMessage[] {
  return all.filter((message) => {
    const others = all.filter((other) => other !== message);
    return !others.some((other) => typesIn(other).has(message));
  });
}

/** `message` and what it is made of. */
function typesIn(message: DescMessage, found = new Set<DescMessage>()): ReadonlySet<DescMessage> {
  if (found.has(message)) return found;
  found.add(message);
  for (const { message: part } of message.fields) if (part) typesIn(part, found);
  return found;
}

const nameOf = ({ parent, name }: DescField): string => `${parent.typeName}.${name}`;

/** @returns the fields of `schema` and of its parts that no kept message has, as `<type>.<field>`. */
export function goldenCoverage(schema: DescMessage): ReadonlySet<string> {
  const missing = new Set([...typesIn(schema)].flatMap(({ fields }) => fields.map(nameOf)));
  for (const { value } of goldenMessages(schema.name)) {
    for (const name of fieldsIn(schema, fromBinary(schema, value))) missing.delete(name);
  }
  return missing;
}

/** The fields that are set in `message` and in its parts. */
export function fieldsIn(schema: DescMessage, message: Message): readonly string[] {
  return setIn(reflect(schema, message));
}

function setIn(message: ReflectMessage): string[] {
  return message.fields
    .filter((field) => message.isSet(field))
    .flatMap((field) => [nameOf(field), ...partsOf(message, field).flatMap(setIn)]);
}

function partsOf(message: ReflectMessage, field: DescField): readonly ReflectMessage[] {
  if (!field.message) return [];
  const value: unknown = message.get(field);
  return field.fieldKind === 'list' ? [...(value as Iterable<ReflectMessage>)] : [value as ReflectMessage];
}
