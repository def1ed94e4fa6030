import { createRequire } from 'node:module';
import type * as htmlparser2 from 'htmlparser2';

/**
 * Required, not imported: sanitize-html, in the same process, requires this ES module too, and one that is both imported and
 * required loads or fails by the order of the imports above it.
 */
const { Parser } = createRequire(import.meta.url)('htmlparser2') as typeof htmlparser2;

export { Parser };
