import { appendFileSync } from 'node:fs';
import { startRelay, outboxMigrations } from '@storey/outbox';
import { openSql } from '@storey/sql';
import { faultPoints } from '@storey/testing';

/**
 * A relay of the database at URL, whose log is a FILE that several processes may append to: a line a message. Tells each
 * fault point that it passes before it acts on KILL_AT there.
 */
const [url, file, name] = process.argv.slice(2);

const log = {
  append: (_topic, messages) => {
    const lines = messages.map(({ key, value, headers }) =>
      JSON.stringify({ by: name, id: headers['event-id'], key, text: new TextDecoder().decode(value) }),
    );
    appendFileSync(file, lines.map((line) => `${line}\n`).join(''));
    return Promise.resolve();
  },
};
const plan = faultPoints({ killAt: process.env.KILL_AT, production: false });
const passes = new Map();

const sql = await openSql(url, { migrations: outboxMigrations });
startRelay(sql, log, {
  domain: 'test',
  faultPoint: (point) => {
    passes.set(point, (passes.get(point) ?? 0) + 1);
    process.stdout.write(`${point} ${passes.get(point)}\n`);
    plan(point);
  },
  onError: (error) => process.stderr.write(`${error.stack}\n`),
  onParked: ({ id }) => process.stderr.write(`parked ${id}\n`),
});
process.stdout.write('started\n');
setInterval(() => undefined, 60_000); // a relay alone keeps no process up
