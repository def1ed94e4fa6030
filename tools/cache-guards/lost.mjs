#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { guards } from './guards.mjs';

/** Guards of libs/cache that are not where the list says, once. Run by itself it prints them. */
export function lostGuards() {
  const library = fileURLToPath(new URL('../../libs/cache', import.meta.url));
  return guards.filter(({ file, search }) => {
    const path = join(library, file);
    return !existsSync(path) || readFileSync(path, 'utf8').split(search).length !== 2;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lost = lostGuards();
  for (const { name, file, search } of lost)
    console.log(`${name}: ${file} has no single ${JSON.stringify(search)}`);
  process.exit(lost.length === 0 ? 0 : 1);
}
