import { createRequire } from 'node:module';
import preset from './jest.preset.mjs';

const [[sources, [swc, options]]] = Object.entries(preset.transform);

/** Suites on real stores: `npm run test:containers`. One set of containers for all of them. */
export default {
  ...preset,
  // From the root swc would find .swcrc, which leaves specs out of builds.
  transform: { [sources]: [swc, { ...options, swcrc: false }] },
  // mysql2 is CommonJS and must get this one's CommonJS form, which the conditions above would not give it.
  moduleNameMapper: {
    ...preset.moduleNameMapper,
    '^long$': createRequire(import.meta.url).resolve('long'),
  },
  rootDir: new URL('.', import.meta.url).pathname,
  roots: ['<rootDir>/libs', '<rootDir>/apps'],
  testMatch: ['**/*.containers.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  maxWorkers: 2,
  testTimeout: 60_000,
};
