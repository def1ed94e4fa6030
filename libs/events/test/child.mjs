// Appends and consumes until it is killed. argv: URL, fault point or '-', at which hit of it to die, first number.
import { writeSync } from 'node:fs';
import { openEventLog } from '../dist/index.js';

const [url, point, hit, first] = process.argv.slice(2);
const say = (...words) => writeSync(1, `${words.join(' ')}\n`); // synchronous: what is said is said before the kill
let left = Number(hit);

const log = await openEventLog(url, {
  faultPoint: (name) => {
    if (name === point && (left -= 1) === 0) process.kill(process.pid, 'SIGKILL');
  },
  onError: () => undefined, // the poison of every tenth message
});
await log.createTopics([{ name: 't', partitions: 3, retentionMs: 3_600_000 }]);

await log.subscribe({
  topic: 't',
  group: 'g',
  maxBatch: 5,
  retry: [],
  handle: async ({ messages }) => {
    for (const { partition, offset, value } of messages) {
      const number = Number(Buffer.from(value).toString());
      if (number % 10 === 0) throw new Error('poison');
      say('handled', partition, offset, number);
    }
  },
});

for (let number = Number(first); ; number += 4) {
  const turn = [0, 1, 2, 3].map(async (key) => {
    await log.append('t', [{ key: `k${key}`, value: Buffer.from(String(number + key)) }]);
    say('acknowledged', key, number + key);
  });
  await Promise.all(turn);
}
