#!/usr/bin/env node
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import './typescript-sources.mjs';

/**
 * `npm run docs`: docs/config.md from the settings and docs/openapi.json from the routes as the code has them. With
 * --check: fails when one is stale.
 */
const PAGE = 'docs/config.md';
const OPENAPI = 'docs/openapi.json';
const INTRO = `# Settings

<!-- Made by \`npm run docs\` from the code; do not edit. -->

Every setting is an environment variable with a default, so \`npm start\` needs none. An empty value counts as unset, and
\`<NAME>_FILE\` may name a file that holds the value. All mistakes are told at once, and an unknown \`STOREY_…\` is one. A URL names an adapter by its scheme; \`sqlite:\` and \`file:\`
without a path mean a file in \`DATA_DIR\`.
`;

const { platformConfig } = await import('../libs/service/src/platform-config.ts');
const sections = [section('Every app', platformConfig)];
for (const file of globSync('apps/*/src/config.ts').sort()) {
  const [, app] = file.split('/');
  const { config } = await import(`../${file}`);
  if (Object.keys(config).length > 0) sections.push(section(app, config));
}
const options = await resolveConfig(PAGE);
const page = await format([INTRO, ...sections].join('\n'), { ...options, parser: 'markdown' });

keep(PAGE, page);
keep(OPENAPI, `${JSON.stringify(await describeApi(), null, 2)}\n`);

function keep(file, text) {
  if (!process.argv.includes('--check')) return writeFileSync(file, text);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  console.error(`${file} is not current. Run "npm run docs" and commit it.`);
  process.exitCode = 1;
}

/** No handler runs, so nothing needs to stand behind the controllers. */
async function describeApi() {
  const { NestFactory } = await import('@nestjs/core');
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  const { AppModule } = await import('../apps/web-bff/src/app.module.ts');
  const { systemClock } = await import('../libs/context/src/index.ts');
  const { apiDocument } = await import('../apps/web-bff/src/docs/api-document.ts');
  const platform = { ports: { rpc: { client: () => ({}) }, kvState: {} }, cursors: {}, clock: systemClock };
  const app = await NestFactory.create(AppModule.with(platform), new FastifyAdapter(), { logger: ['error'] });
  return apiDocument(app);
}

function section(title, shape) {
  const rows = Object.values(shape).map(
    ({ env, doc, schema }) => `| \`${env}\` | ${cell(defaultOf(schema))} | ${wants(schema)} | ${text(doc)} |`,
  );
  return `## ${title}\n\n| name | default | value | |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

/** As it would be written into the environment, before any transformation. */
function defaultOf({ def }) {
  if (def.type === 'default') return def.defaultValue;
  return def.type === 'pipe' ? defaultOf(def.in) : undefined;
}

/** What the schema says of a value that it refuses is what it wants. */
function wants(schema) {
  const { error } = schema.safeParse('\0');
  const words = error ? error.issues[0].message : 'text';
  return text(words.replace(/^must (be )?/, '').replace('begin with one of', 'URL, one of'));
}

function cell(value) {
  return value === undefined || value === '' ? '' : `\`${value}\``;
}

function text(words) {
  return words.replaceAll('|', '\\|').replaceAll('<', '\\<');
}
