import { readFileSync } from 'node:fs';

const { jsc, module } = JSON.parse(readFileSync(new URL('.swcrc', import.meta.url), 'utf8'));

/** Shared by every project: ESM TypeScript through swc, sources instead of builds, one tally per project. */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@storey/source', 'node', 'import', 'default'] },
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '\\.containers\\.spec\\.ts$'],
  modulePathIgnorePatterns: ['/dist/'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest', { sourceMaps: 'inline', jsc, module }] },
  setupFilesAfterEnv: [new URL('tools/jest/again.mjs', import.meta.url).pathname],
  reporters: ['default', new URL('tools/jest/tally.mjs', import.meta.url).pathname],
  workerIdleMemoryLimit: '512MB',
  testTimeout: 20_000,
};
