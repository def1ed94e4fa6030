import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { Product } from '../support/product.js';
import { outcomesOf, runBlocks, runnable } from '../support/shell-blocks.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ELSEWHERE = new Set(['node_modules', 'dist', 'data', 'tmp', 'coverage']);

const pages = globSync('**/*.md', {
  cwd: ROOT,
  exclude: (name) => ELSEWHERE.has(name) || name.startsWith('.'),
});
const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');
/** Code in a page is no prose: what looks like a link there is none. */
const proseOf = (page: string): string => textOf(page).replace(/^```[^]*?^```/gm, '');
const linksOf = (prose: string): string[] =>
  [...prose.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
const isRelative = (link: string): boolean => !/^([a-z]+:|#)/.test(link);
const pathOf = (page: string, link: string): string => join(ROOT, dirname(page), link.replace(/#.*/, ''));

describe('the README', () => {
  it('shows what really happens', async () => {
    await using product = await Product.start();
    const blocks = runnable(textOf('README.md'));
    expect(blocks.length).toBeGreaterThan(0);
    const output = await runBlocks(blocks, { cwd: ROOT, env: { STOREY: product.url } });
    let from = 0;
    for (const outcome of blocks.flatMap(outcomesOf)) {
      const at = output.indexOf(outcome, from);
      expect({ outcome, output, shown: at >= from }).toEqual({ outcome, output, shown: true });
      from = at + outcome.length;
    }
  }, 60_000);

  it('names scripts that exist', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const named = [...textOf('README.md').matchAll(/npm (?:run )?(start|test|(?<=run )[\w:-]+)/g)];
    expect(named.length).toBeGreaterThan(5);
    for (const [, name = ''] of named) {
      const [, tool] = /^node (\S+)/.exec(scripts[name] ?? '') ?? [];
      expect([name, tool !== undefined && existsSync(join(ROOT, tool))]).toEqual([name, true]);
    }
  });

  it('lists every app and every lib, each of which has its own', () => {
    const readmes = globSync('{apps,libs}/*/package.json', { cwd: ROOT }).map(
      (file) => `${dirname(file)}/README.md`,
    );
    const listed = linksOf(textOf('README.md'));
    expect(readmes.filter((readme) => !listed.includes(readme))).toEqual([]);
    expect(readmes.filter((readme) => !pages.includes(readme))).toEqual([]);
  });
});

describe('the pages', () => {
  it('link to what is there', () => {
    const broken = pages.flatMap((page) =>
      linksOf(proseOf(page))
        .filter((link) => isRelative(link) && !existsSync(pathOf(page, link)))
        .map((link) => `${page}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  const patterns = pages.filter((page) => page.startsWith('docs/patterns/') && !page.endsWith('README.md'));

  it.each(patterns)('%s names tests that exist', (page) => {
    const [, proof = ''] = /\*\*What fails without it\.\*\*([^]*?)\n\n/.exec(textOf(page)) ?? [];
    const tests = linksOf(proof).filter((link) => link.endsWith('.ts'));
    const sources = tests.map((link) => readFileSync(pathOf(page, link), 'utf8')).join('\n');
    for (const [, name = ''] of proof.matchAll(/"([^"]+)"/g)) {
      const parts = name.replace(/\s+/g, ' ').split('…');
      expect([name, parts.every((part) => sources.includes(part.trim()))]).toEqual([name, true]);
    }
    expect(proof).not.toBe('');
  });

  it.each(patterns)('%s fits on a screen', (page) => {
    expect(textOf(page).split('\n').length).toBeLessThanOrEqual(60);
  });

  it('name every fault point of the code, and no other', () => {
    const sources = globSync('{apps,libs}/*/src/**/*.ts', { cwd: ROOT }).filter(
      (file) => !/\.spec\.ts$/.test(file),
    );
    const inCode = sources.flatMap((file) =>
      [...textOf(file).matchAll(/aultPoint\('([\w.-]+)'\)/g)].map(([, point = '']) => point),
    );
    const rows = textOf('docs/patterns/fault-points.md').match(/^\| `.*$/gm) ?? [];
    const onPage = rows.flatMap((row) => [...row.matchAll(/`([\w.-]+)`/g)].map(([, point = '']) => point));
    expect([...new Set(onPage)].sort()).toEqual([...new Set(inCode)].sort());
  });

  it('are all reached from the README', () => {
    const reached = new Set<string>();
    const waiting = ['README.md'];
    for (let page = waiting.pop(); page !== undefined; page = waiting.pop()) {
      if (reached.has(page)) continue;
      reached.add(page);
      const links = linksOf(proseOf(page))
        .filter(isRelative)
        .map((link) => relative(ROOT, pathOf(page, link)));
      waiting.push(...links.filter((link) => link.endsWith('.md') && pages.includes(link)));
    }
    const documents = pages.filter((page) => /^docs\/(patterns|runbooks)\//.test(page));
    expect(documents.filter((page) => !reached.has(page))).toEqual([]);
  });
});
