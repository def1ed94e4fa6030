#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { DEFAULT_RETENTION, releaseParked, republish } from '@storey/outbox';
import { DATABASES, Refusal, withPorts } from './stores.mjs';

/**
 * `npm run republish -- --domain comment --since 2026-01-31T12:00:00Z`: has the relays send again what they sent since
 * then, for a log that lost its tail. With `--parked`: what they gave up. Consumers know each message by its `event-id`.
 * `--rate 500` rows a second are made ready at most, so that what is written meanwhile need not wait for all of them.
 * Runs on the build; with embedded files, while the product is stopped.
 */
const USAGE = `npm run republish -- --domain ${DATABASES.map(({ domain }) => domain).join('|')} --since <time>|--parked [--rate <rows a second>]`;
/** A part of what a relay sends in a second. */
const RATE = 500;
const MAX_RATE = 100_000;
/** Between two lines about how far it is. */
const TOLD_EVERY_MS = 1000;
/** Sent rows are kept so long: a topic that lost more can't be mended from here. */
const KEPT_MS = DEFAULT_RETENTION.outboxMs;

await withPorts(
  'npm run republish',
  DATABASES.map(({ setting }) => setting),
  async (ports) => {
    const { domain, migrations, since, perSecond } = asked();
    const sql = await ports.sql(domain, migrations);
    const options = { perSecond, onChunk: progress(domain) };
    const total = await (since === undefined ? releaseParked(sql, options) : republish(sql, since, options));
    console.log(`${domain}: ${total} messages will be sent again, each within seconds while a relay runs.`);
  },
);

function progress(domain) {
  let next = performance.now() + TOLD_EVERY_MS;
  return (total) => {
    if (performance.now() < next) return;
    next = performance.now() + TOLD_EVERY_MS;
    console.log(`${domain}: ${total} rows made ready so far`);
  };
}

/** @throws Refusal for what makes no sense. */
function asked() {
  const { values } = parsed();
  const database = DATABASES.find(({ domain }) => domain === values.domain);
  if (!database) throw new Refusal(`Which domain? ${USAGE}`);
  if ((values.since === undefined) === !values.parked)
    throw new Refusal(`Since when, or what is parked? ${USAGE}`);
  const since = values.since === undefined ? undefined : timeOf(values.since);
  return { ...database, since, perSecond: rateOf(values.rate) };
}

function parsed() {
  try {
    return parseArgs({
      options: {
        domain: { type: 'string' },
        since: { type: 'string' },
        parked: { type: 'boolean' },
        rate: { type: 'string', default: String(RATE) },
      },
    });
  } catch (error) {
    throw new Refusal(`${error.message} ${USAGE}`, { cause: error });
  }
}

function rateOf(text) {
  const rate = Number(text);
  if (!/^\d+$/.test(text) || rate < 1 || rate > MAX_RATE)
    throw new Refusal(`"${text}" is no rate: rows a second, from 1 to ${MAX_RATE}.`);
  return rate;
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
