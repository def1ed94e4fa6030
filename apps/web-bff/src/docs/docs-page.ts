import { type OpenAPIObject } from '@nestjs/swagger';
import { operationsOf, type Listed, type Operation } from './api-document.js';

/** The description as a page to read, without any script. */
export function docsPage(document: OpenAPIObject): string {
  const groups = Map.groupBy(operationsOf(document), ({ operation }) => operation.tags?.[0] ?? '');
  const sections = [...groups].map(
    ([tag, listed]) => `<h2>${escape(tag)}</h2>${listed.map(article).join('')}`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(document.info.title)} API</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h3 { font: 600 1rem ui-monospace, monospace; margin: 1.5rem 0 0.25rem; overflow-wrap: anywhere; }
dt { font: 0.9rem ui-monospace, monospace; float: left; clear: left; min-width: 16rem; }
dd { margin: 0 0 0.1rem 16.5rem; overflow-wrap: anywhere; }
:root { color-scheme: light dark; }
</style>
</head>
<body>
<h1>${escape(document.info.title)} API</h1>
<p>${escape(document.info.description ?? '')} For machines: <a href="/openapi.json">openapi.json</a>.</p>
${sections.join('\n')}
</body>
</html>
`;
}

function article({ path, method, operation }: Listed): string {
  const statuses = Object.keys(operation.responses).filter((status) => status !== 'default');
  const terms = [...parametersOf(operation), ...fieldsOf(operation)];
  const list = terms.map(([name, about]) => `<dt>${escape(name)}</dt><dd>${escape(about)}</dd>`).join('');
  return `<h3>${method.toUpperCase()} ${escape(path)} → ${statuses.join(', ')}</h3><dl>${list}</dl>\n`;
}

type Term = readonly [name: string, about: string];

const parametersOf = ({ parameters = [] }: Operation): readonly Term[] =>
  parameters.flatMap((each) =>
    'in' in each
      ? [[each.name, `${each.in}${each.required ? ', required' : ''}, ${typeOf(each.schema)}`] as const]
      : [],
  );

function fieldsOf({ requestBody }: Operation): readonly Term[] {
  if (!requestBody || !('content' in requestBody)) return [];
  const { properties = {}, required = [] } = (requestBody.content['application/json']?.schema ??
    {}) as Schema;
  return Object.entries(properties).map(([name, schema]) => [
    name,
    `body${required.includes(name) ? ', required' : ''}, ${typeOf(schema)}`,
  ]);
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

function typeOf(schema: unknown): string {
  const { type, enum: values, pattern } = (schema ?? {}) as Schema;
  if (values) return values.map((value) => JSON.stringify(value)).join(' | ');
  const name = type === undefined ? 'any of several' : [type].flat().join(' or ');
  return pattern === undefined ? name : `${name} ${pattern}`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
