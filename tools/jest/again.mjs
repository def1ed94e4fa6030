import { jest } from '@jest/globals';

/** With TEST_RETRIES=1 a test that failed is run once more; the tally tells of it, whatever becomes of it. */
const retries = Number(process.env.TEST_RETRIES ?? 0);
if (retries > 0) jest.retryTimes(retries, { logErrorsBeforeRetry: true, retryImmediately: true });
