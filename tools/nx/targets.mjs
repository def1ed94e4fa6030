import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Infers the targets of every package from what stands in its folder, so no package carries a project.json. */
export const name = 'storey-targets';

const build = (root) => ({
  command: `swc src -d dist --strip-leading-paths --config-file ${up(root)}.swcrc -q`,
  options: { cwd: root },
  cache: true,
  inputs: ['production'],
  outputs: ['{projectRoot}/dist'],
});

const site = (root) => ({
  command: 'vite build --logLevel warn',
  options: { cwd: root },
  cache: true,
  inputs: ['production'],
  outputs: ['{projectRoot}/dist'],
});

const test = (root) => ({
  command: `node --experimental-vm-modules --disable-warning=ExperimentalWarning ${up(root)}node_modules/jest/bin/jest.js --config ${up(root)}jest.preset.mjs --rootDir . --passWithNoTests`,
  options: { cwd: root },
  cache: true,
  inputs: ['default', '^production'],
  outputs: ['{workspaceRoot}/.cache/tally/{projectName}.json'],
  dependsOn: ['build', '^build'],
});

/** What the suites read besides the product: documents are tested too, and quote tests by name. */
const DOCUMENTS = ['*.md', 'docs/**/*', '{apps,libs}/*/*.md', '{apps,libs}/**/*.ts', 'tools/**/*'].map(
  (glob) => `{workspaceRoot}/${glob}`,
);

/** The suites that start the built product: one file at a time, and no straggler may hold the run. */
const suite = (root) => {
  const { command, ...rest } = test(root);
  return {
    ...rest,
    command: `${command} --runInBand --forceExit`,
    inputs: [...rest.inputs, ...DOCUMENTS],
    dependsOn: ['^build'],
    parallelism: false,
  };
};

const up = (root) => '../'.repeat(root.split('/').length);

export const createNodesV2 = [
  '{{apps,libs}/*,test}/package.json',
  (files, _options, { workspaceRoot }) =>
    files.map((file) => {
      const root = dirname(file);
      const { name } = JSON.parse(readFileSync(join(workspaceRoot, file), 'utf8'));
      const isSite = existsSync(join(workspaceRoot, root, 'vite.config.ts'));
      const isSuite = root === 'test';
      const targets = isSite
        ? { build: site(root), test: test(root) }
        : isSuite
          ? { test: suite(root) }
          : { build: build(root), test: test(root) };
      return [file, { projects: { [root]: { name, targets } } }];
    }),
];
