#!/usr/bin/env node
import { addUp } from './jest/tally.mjs';

/** `node tools/total.mjs [status]`: what all runs of suites counted, in one line; a status but 0 without a failure is one. */
const { passed, failed } = addUp();
const status = Number(process.argv[2] ?? 0);
console.log(`${passed} passed, ${status !== 0 && failed === 0 ? 1 : failed} failed`);
