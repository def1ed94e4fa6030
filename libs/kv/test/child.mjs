// Writes numbers until it is killed, and prints each one that was acknowledged. Usage: child.mjs PATH FIRST KILL_AT NTH
import { writeSync } from 'node:fs';
import { openKv } from '../dist/index.js';

const [path, first, killAt, nth] = process.argv.slice(2);
let left = Number(nth);
const faultPoint = (name) => {
  if (name === killAt && (left -= 1) < 0) process.kill(process.pid, 'SIGKILL');
};
const kv = await openKv(`file:${path}`, { compactAboveBytes: 128 * 1024, faultPoint });
writeSync(1, 'ready\n');
for (let n = Number(first); ; n += 3) {
  const writes = [n, n + 1, n + 2].map(async (m) => {
    await kv.set(`k${m % 50}`, Buffer.from(String(m).padEnd(1000)), {});
    await kv.addScored('all', [{ member: String(m % 500), score: m }], {});
    writeSync(1, `${m}\n`);
  });
  await Promise.all(writes);
}
