import { type Stores } from '../../support/stores.js';

const TOPIC = 'comment.events.v1';

/** What the writer told with its commits is in the log, at least once each, and nothing that it did not tell. */
export function judgeEvents(stores: Stores): string[] {
  const told = new Set(
    stores.rows('comment', 'select id from outbox').map(({ id }) => `comment:${String(id)}`),
  );
  const logged = new Set(
    stores
      .rows(
        'events',
        `select m.headers from topic t join "partition" p on p.topic_id = t.id
         join message m on m.id >= (p.id << 40) and m.id < ((p.id + 1) << 40) where t.name = '${TOPIC}'`,
      )
      .map(({ headers }) => String((JSON.parse(String(headers)) as Record<string, unknown>)['event-id'])),
  );
  return [
    ...[...told].filter((id) => !logged.has(id)).map((id) => `${id} was committed but is not in the log`),
    ...[...logged].filter((id) => !told.has(id)).map((id) => `${id} is in the log but was never committed`),
  ];
}
