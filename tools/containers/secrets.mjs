import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';

/**
 * `node tools/containers/secrets.mjs FILE …`: makes each file that is missing with a random secret, and leaves the others
 * as they are. Whoever can read the folder may read them: containers run as different users, and only those that need
 * a folder mount it.
 */
const BYTES = 32;

for (const file of process.argv.slice(2)) {
  if (existsSync(file)) continue;
  writeFileSync(file, randomBytes(BYTES).toString('base64url'), { mode: 0o444, flag: 'wx', flush: true });
  console.log(`made ${file}`);
}
