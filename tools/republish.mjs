#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { DEFAULT_RETENTION, releaseParked, republish } from '@storey/outbox';
import { DATABASES, Refusal, withPorts } from './stores.mjs';

/**
 * `npm run republish -- --domain comment --since 2026-01-31T12:00:00Z`: has the relays send again what they sent since
 * then, for a log that lost its tail. With `--parked`: what they gave up. Consumers know each message by its `event-id`.
 * Runs on the build; with embedded files, while the product is stopped.
 */
const USAGE = `npm run republish -- --domain ${DATABASES.map(({ domain }) => domain).join('|')} --since <time>|--parked`;
/** Sent rows are kept so long: a topic that lost more can't be mended from here. */
const KEPT_MS = DEFAULT_RETENTION.outboxMs;

await withPorts(
  'npm run republish',
  DATABASES.map(({ setting }) => setting),
  async (ports) => {
    const { domain, migrations, since } = asked();
    const sql = await ports.sql(domain, migrations);
    const onChunk = (total) => console.log(`${domain}: ${total} rows made ready`);
    const total =
      since === undefined ? await releaseParked(sql, onChunk) : await republish(sql, since, { onChunk });
    console.log(`${domain}: ${total} messages will be sent again, each within seconds while a relay runs.`);
  },
);

/** @throws Refusal for what makes no sense. */
function asked() {
  const { values } = parsed();
  const database = DATABASES.find(({ domain }) => domain === values.domain);
  if (!database) throw new Refusal(`Which domain? ${USAGE}`);
  if (!database.hasOutbox) throw new Refusal(`${database.domain} sends nothing by an outbox.`);
  if ((values.since === undefined) === !values.parked)
    throw new Refusal(`Since when, or what is parked? ${USAGE}`);
  return { ...database, since: values.since === undefined ? undefined : timeOf(values.since) };
}

function parsed() {
  try {
    return parseArgs({
      options: { domain: { type: 'string' }, since: { type: 'string' }, parked: { type: 'boolean' } },
    });
  } catch (error) {
    throw new Refusal(`${error.message} ${USAGE}`, { cause: error });
  }
}

function timeOf(text) {
  const time = Date.parse(text);
  const now = Date.now();
  if (!/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(time))
    throw new Refusal(`"${text}" is no time: write it as 2026-01-31T12:00:00Z.`);
  if (time > now) throw new Refusal(`${text} is yet to come.`);
  if (time < now - KEPT_MS)
    throw new Refusal(`Sent rows are kept for ${KEPT_MS / 3_600_000} h; ${text} is before that.`);
  return time;
}
