import preset from './jest.preset.mjs';

/** Suites on real stores: `npm run test:containers`. One set of containers for all of them. */
export default {
  ...preset,
  rootDir: new URL('.', import.meta.url).pathname,
  roots: ['<rootDir>/libs', '<rootDir>/apps'],
  testMatch: ['**/*.containers.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  maxWorkers: 2,
  testTimeout: 60_000,
};
