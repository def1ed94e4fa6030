import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import { COMMANDS_TOPIC, commentMigrations, shardOfSubject, subjectKey } from '@storey/comment';
import { config, start } from '@storey/comment-job';
import { loadConfig } from '@storey/config';
import { SeededRandom, noFaults, systemClock } from '@storey/context';
import { commentEvents } from '@storey/contracts';
import { partitionOf } from '@storey/events';
import { IdGenerator } from '@storey/ids';
import { createLogger } from '@storey/observability';
import { openPlatform, platformConfig } from '@storey/service';
import { tableNumbers } from '@storey/sql';

const OTHERS = 50;
const LOUD_PART = 0.9;
const PARTITIONS = 12;
const APPEND = 100;
/** No instance that leases its worker number gets it. */
const WORKER = 254;

/**
 * All commands at once on one partition, most of them on one subject, before a comment-job in this process.
 * @param fair whether its subjects take turns; else the partition is one queue.
 * @returns {Promise<{othersP95: number, loudP95: number, perSecond: number, misplaced: number}>} times from the durable
 *   append to the end of the turn that stored it, ms; and how many comments have not the floor of their place in the log.
 */
export async function loudSubject({ folder, commands, fair }) {
  mkdirSync(folder, { recursive: true });
  const settings = loadConfig({ ...platformConfig, ...config }, { DATA_DIR: folder, LOG_LEVEL: 'error' });
  const platform = await openPlatform({
    config: settings,
    folder,
    faultPoint: noFaults,
    logger: createLogger('error'),
  });
  const { events } = platform.ports;
  const stored = new Map();
  const ports = { ...platform.ports, events: watched(events, stored, fair) };
  const app = await start(settings, { ...platform, ports });
  try {
    const sent = shuffled(commands);
    const accepted = new Map();
    const began = performance.now();
    for (let at = 0; at < sent.length; at += APPEND) {
      const some = sent.slice(at, at + APPEND);
      await events.append(COMMANDS_TOPIC, some);
      for (const { id } of some) accepted.set(id, performance.now());
    }
    while (stored.size < sent.length) await sleep(20);
    const perSecond = sent.length / ((performance.now() - began) / 1000);
    const waits = (loud) =>
      sent.filter((each) => each.loud === loud).map(({ id }) => stored.get(id) - accepted.get(id));
    const sql = await platform.ports.sql('comment', commentMigrations);
    const misplaced = await outOfOrder(sql, sent);
    return { othersP95: p95(waits(false)), loudP95: p95(waits(true)), perSecond, misplaced };
  } finally {
    await app.close();
    await platform.ports.close();
  }
}

/** A log that notes when the writer was through with a command, and may leave out what is said of turns. */
const watched = (log, stored, fair) => {
  const noting = ({ flow, handle, ...plain }) => ({
    ...plain,
    ...(fair && { flow }),
    handle: async (batch) => {
      await handle(batch);
      for (const { headers } of batch.messages) stored.set(BigInt(headers['event-id']), performance.now());
    },
  });
  return new Proxy(log, {
    get: (target, name) => {
      if (name === 'subscribe')
        return (all) => target.subscribe(all.topic === COMMANDS_TOPIC ? noting(all) : all);
      const member = target[name];
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
};

function shuffled(count) {
  const random = new SeededRandom(1);
  const [loud, ...others] = subjectsOfOnePartition(1 + OTHERS);
  const ids = new IdGenerator({ worker: WORKER, clock: systemClock });
  return Array.from({ length: count }, () => {
    const isLoud = random.float() < LOUD_PART;
    const subject = isLoud ? loud : others[random.int(0, OTHERS - 1)];
    return { loud: isLoud, subject, ...commandOn(subject, ids.next(shardOfSubject(subject))) };
  });
}

function subjectsOfOnePartition(count) {
  const subjects = [];
  for (let n = 0; subjects.length < count; n += 1) {
    const subject = { type: 'video', oid: `bench-${n}` };
    if (partitionOf(subjectKey(subject), PARTITIONS) === 0) subjects.push(subject);
  }
  return subjects;
}

function commandOn(subject, id) {
  const command = create(commentEvents.CommentCommandSchema, {
    id,
    subject,
    actorId: 1n,
    acceptedAtMs: BigInt(Date.now()),
    command: {
      case: 'publish',
      value: create(commentEvents.CommentCommand_PublishSchema, { text: `I was here as number ${id}.` }),
    },
  });
  const value = toBinary(commentEvents.CommentCommandSchema, command);
  return { id, key: subjectKey(subject), value, headers: { 'event-id': String(id) } };
}

async function outOfOrder(sql, sent) {
  const floors = new Map();
  for (const table of tableNumbers(sql.tables)) {
    const rows = await sql.read.selectFrom(`comment_index_${table}`).select(['id', 'floor']).execute();
    for (const { id, floor } of rows) floors.set(BigInt(id), Number(floor));
  }
  const inLog = [...Map.groupBy(sent, ({ key }) => key).values()];
  return inLog.reduce(
    (sum, list) => sum + list.filter(({ id }, place) => floors.get(id) !== place + 1).length,
    0,
  );
}

export function p95(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * 0.95) - 1)];
}
