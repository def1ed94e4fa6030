#!/usr/bin/env node
import './typescript-sources.mjs';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fromJson, toBinary, toJson } from '@bufbuild/protobuf';
import { format } from 'prettier';

/**
 * `npm run golden`: for every field of an event or command that no kept message has, adds one that has it, with values
 * made up from the names. `npm run golden -- CommentCommand reply file.json` adds a message of yours. What is kept is
 * never written over: messages outlive the release that wrote them.
 */
const FOLDER = 'proto/golden';
const { eventMessages, goldenCoverage, sampleOf } = await import('../libs/contracts/test/coverage.ts');

const [type, what, file] = process.argv.slice(2);
if (type)
  await add(messageNamed(type), what, fromJson(messageNamed(type), JSON.parse(readFileSync(file, 'utf8'))));
else for (const schema of eventMessages) await addMissing(schema);

async function addMissing(schema) {
  for (let missing = goldenCoverage(schema); missing.size > 0; missing = goldenCoverage(schema)) {
    const { what, message } = sampleOf(schema, missing);
    await add(schema, what, message);
    if (goldenCoverage(schema).size === missing.size)
      throw new Error(`No sample of ${schema.typeName} has ${[...missing].join(', ')}.`);
  }
}

async function add(schema, name, message) {
  const folder = `${FOLDER}/${schema.name}`;
  mkdirSync(folder, { recursive: true });
  const kept = readdirSync(folder).filter((entry) => entry.endsWith('.bin'));
  const path = `${folder}/${String(kept.length + 1).padStart(3, '0')}-${name}`;
  const json = JSON.stringify(toJson(schema, message));
  writeFileSync(`${path}.bin`, toBinary(schema, message), { flag: 'wx' });
  writeFileSync(`${path}.json`, await format(json, { parser: 'json' }), { flag: 'wx' });
  console.log(path);
}

function messageNamed(name) {
  const schema = eventMessages.find((message) => message.name === name);
  if (schema && what && file) return schema;
  console.error(
    `npm run golden -- <${eventMessages.map((message) => message.name).join(' | ')}> <what> <file.json>`,
  );
  process.exit(1);
}
