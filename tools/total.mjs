#!/usr/bin/env node
import { addUp } from './jest/tally.mjs';

/**
 * `node tools/total.mjs [status]`: what all runs of suites counted, in one line, after what failed and what passed at its
 * second try alone. A status but 0 without a failure is one.
 */
const { passed, failed, failures, flaky } = addUp();
const status = Number(process.argv[2] ?? 0);
for (const test of flaky) console.log(`\nPASSED ONLY WHEN RUN AGAIN ${test}`);
for (const test of failures) console.log(`\nFAILED ${test}`);
console.log(`\n${passed} passed, ${status !== 0 && failed === 0 ? 1 : failed} failed`);
