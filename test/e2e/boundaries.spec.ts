import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What `npm run check` says about an import that should not be. */
function plant(folder: string, source: string): { status: number | null; output: string } {
  const file = `${root}${folder}/planted.ts`;
  writeFileSync(file, source);
  try {
    const args = [
      `${root}node_modules/dependency-cruiser/bin/dependency-cruiser.mjs`,
      '--config',
      '.dependency-cruiser.mjs',
      folder,
    ];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    return { status, output: stdout };
  } finally {
    rmSync(file);
  }
}

describe('the dependency rule', () => {
  it.each([
    ['ground-floor-stands-alone', 'libs/kv/src', "export * from '@storey/events';"],
    ['ground-floor-stands-alone', 'libs/cache/src', "export * from '@nestjs/common';"],
    ['no-app-imports-an-app', 'apps/app-bff/src', "export * from '@storey/web-bff';"],
    ['libs-know-no-app', 'libs/rpc/src', "export * from '@storey/web-bff';"],
    ['domains-stay-apart', 'libs/history/src', "export * from '@storey/comment';"],
    ['first-floor-knows-no-domain', 'libs/auth/src', "export * from '@storey/account';"],
    ['by-the-index-only', 'libs/rpc/src', "export * from '../../errors/src/app-error.js';"],
    ['standalone-by-the-index', 'apps/standalone/src', "export * from '../../api-gateway/src/edge/edge.js';"],
    ['no-circles', 'libs/errors/src', "export * from './planted.js';"],
  ])('%s is broken by an import in %s', (rule, folder, source) => {
    const { status, output } = plant(folder, source);
    expect(output).toContain(rule);
    expect(status).not.toBe(0);
  });
});
