#!/usr/bin/env node
import { createReadStream, existsSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** `npm run import -- FILE`: sends an export to a running Storey and shows how it goes. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string', default: process.env.STOREY_URL ?? 'http://127.0.0.1:8080' },
    username: { type: 'string', default: process.env.ADMIN_USERNAME ?? 'admin' },
    password: { type: 'string', default: process.env.ADMIN_PASSWORD },
    format: { type: 'string', default: 'wxr' },
  },
});
const [file] = positionals;
if (!file || !existsSync(file))
  fail(`Which file? npm run import -- export.xml [--url ${values.url}] [--username admin] [--password …]`);
if (!values.password)
  fail('Whose password? Set ADMIN_PASSWORD or pass --password: the one that the first start printed.');

let accessToken;
({ accessToken } = await call('POST', '/auth/v1/login', {
  body: JSON.stringify({ username: values.username, password: values.password }),
  type: 'application/json',
}));
const { id } = await call('POST', `/admin/v1/import?format=${encodeURIComponent(values.format)}`, {
  body: createReadStream(file),
  type: 'application/xml',
  length: statSync(file).size,
});
const result = await follow(id);
report(result);
process.exit(result.state === 'done' ? 0 : 1);

async function follow(id) {
  for (;;) {
    const progress = await call('GET', `/admin/v1/imports/${id}`);
    process.stdout.write(`\r${progress.done} of ${progress.total} comments`);
    if (progress.state !== 'running') return progress;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function report({ state, done, skipped, subjects }) {
  console.log(
    `\n${state === 'done' ? 'Done' : 'Failed'}: ${done - skipped.length} imported or known from before, ${skipped.length} skipped.`,
  );
  for (const { ref, reason } of skipped) console.log(`  comment ${ref} ${reason}`);
  for (const subject of subjects) console.log(`  ${values.url}/#/s/${subject}`);
}

async function call(method, path, { body, type, length } = {}) {
  const headers = {
    ...(accessToken && { authorization: `Bearer ${accessToken}` }),
    ...(type && { 'content-type': type }),
    ...(length && { 'content-length': String(length) }),
  };
  let response;
  try {
    response = await fetch(`${values.url}${path}`, { method, headers, body, duplex: 'half' });
  } catch (error) {
    fail(
      `No Storey answers at ${values.url} (${error.cause?.code ?? error.message}). Start it by "npm start", or pass --url.`,
    );
  }
  const text = await response.text();
  if (!response.ok) fail(`${method} ${path} was refused: ${describe(text)}`);
  return text === '' ? undefined : JSON.parse(text);
}

function describe(text) {
  try {
    const { detail, code } = JSON.parse(text);
    return `${detail} (${code})`;
  } catch {
    return text.slice(0, 200);
  }
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
