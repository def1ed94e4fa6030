#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { commentComparisons, commentIndex, commentTopics } from '@storey/comment';
import { systemClock } from '@storey/context';
import { HISTORY_JOB, HISTORY_UPDATES, historyComparisons } from '@storey/history';
import { outboxBacklog } from '@storey/outbox';
import { reconcile } from '@storey/reconcile';
import { DATABASES, Refusal, withPorts } from './stores.mjs';

/**
 * `npm run reconcile [-- --repair] [-- --from "comment caches 2"]`: compares rows, counts, caches, search, history, outboxes
 * and logs, and prints what differs; ends with 1 when something does. `--repair` mends what is derived. `--from` begins
 * at a comparison of that name, where an earlier run ended. Runs on the build; with embedded files, while the product is
 * stopped: then there are no caches to compare.
 */
const SHOWN = 5;
/** Who follows what in comment-job. */
const GROUPS = {
  'comment.commands.v1': ['comment.job'],
  'comment.events.v1': ['comment.caches', 'comment.notifications', 'comment.search'],
};
const USES = [
  ...DATABASES.map(({ setting }) => setting),
  'kvStateUrl',
  'kvCacheUrl',
  'eventsUrl',
  'searchUrl',
];

await withPorts('npm run reconcile', USES, async (ports) => {
  const { repair, from } = asked();
  const all = await comparisons(ports);
  const start = from === undefined ? 0 : all.findIndex(({ name }) => name === from);
  if (start < 0)
    throw new Refusal(`There is no "${from}". There is: ${all.map(({ name }) => name).join(', ')}.`);
  const left = await reconcile(all.slice(start), { clock: systemClock, repair, onOutcome: print });
  console.log(`${left} differences`);
  if (left > 0) process.exitCode = 1;
});

async function comparisons(ports) {
  const open = ({ domain, migrations }) => ports.sql(domain, migrations);
  const [account, comment, history] = await Promise.all(DATABASES.map(open));
  const { events, kvState: kv, kvCache: cache } = ports;
  await events.createTopics([...commentTopics, HISTORY_UPDATES]);
  const search = await ports.search(commentIndex);
  return [
    logs(events),
    outbox('account', account),
    outbox('comment', comment),
    outbox('history', history),
    ...commentComparisons({ sql: comment, clock: systemClock, search, cache }),
    ...historyComparisons({ sql: history, kv, events }),
  ];
}

function outbox(domain, sql) {
  return {
    name: `outbox of ${domain}`,
    find: async function* () {
      const { ready, parked } = await outboxBacklog(sql, Date.now());
      if (ready > 0) yield { kind: 'outbox-ready', id: domain };
      if (parked > 0) yield { kind: 'outbox-parked', id: domain };
    },
  };
}

function logs(events) {
  const followed = [...Object.entries(GROUPS), [HISTORY_UPDATES.name, [HISTORY_JOB]]];
  return {
    name: 'logs',
    find: async function* () {
      for (const [topic, groups] of followed)
        for (const group of groups)
          if ((await events.lag(topic, group)) > 0) yield { kind: 'lag', id: `${topic} ${group}` };
    },
  };
}

function print({ name, differences, more, repaired }) {
  const mended = repaired > 0 ? `, ${repaired} mended` : '';
  console.log(`${name}: ${differences.length}${more ? ' or more' : ''}${mended}`);
  for (const [kind, some] of Map.groupBy(differences, (difference) => difference.kind)) {
    const ids = some.slice(0, SHOWN).map(({ id }) => id);
    console.log(`  ${kind} ${some.length}: ${ids.join(', ')}${some.length > SHOWN ? ' …' : ''}`);
  }
}

function asked() {
  try {
    return parseArgs({
      options: { repair: { type: 'boolean', default: false }, from: { type: 'string' } },
    }).values;
  } catch (error) {
    throw new Refusal(error.message, { cause: error });
  }
}
