import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromBinary, toBinary, toJson } from '@bufbuild/protobuf';
import { describe, expect, it } from '@jest/globals';
import { goldenMessages, goldenTypes } from '@storey/testing';
import { eventFiles, eventMessages, goldenCoverage } from './coverage.js';

const EVENTS = fileURLToPath(new URL('../../../proto/storey/events/v1/', import.meta.url));

describe('messages that were written once', () => {
  it.each(eventMessages)('mean today what they meant: $name', (schema) => {
    const kept = goldenMessages(schema.name);
    const read = kept.map(({ name, value }) => ({ name, message: fromBinary(schema, value) }));
    expect(read.map(({ name, message }) => [name, toJson(schema, message)])).toEqual(
      kept.map(({ name, meaning }) => [name, meaning]),
    );
    expect(read.map(({ message }) => toBinary(schema, message))).toEqual(kept.map(({ value }) => value));
  });

  it.each(eventMessages)(
    'have every field there is; "npm run golden" adds what is missing: $name',
    (schema) => {
      expect([...goldenCoverage(schema)]).toEqual([]);
    },
  );

  it('are of every type that is in the log, and of no other', () => {
    const protos = globSync('*.proto', { cwd: EVENTS }).map((file) => `storey/events/v1/${file}`);
    expect(eventFiles.map(({ proto }) => proto.name).sort()).toEqual(protos.sort());
    expect([...goldenTypes()].sort()).toEqual(eventMessages.map(({ name }) => name).sort());
  });
});
