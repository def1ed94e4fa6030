import { type Stored } from '../../support/stored.js';

const TOPIC = 'comment.events.v1';

/** What the writer told with its commits is in the log, at least once each, and nothing that it did not tell. */
export function judgeEvents(stored: Stored): string[] {
  const told = new Set(stored.outboxIds('comment', TOPIC).map((id) => `comment:${id}`));
  const logged = stored.logged(TOPIC);
  return [
    ...[...told].filter((id) => !logged.has(id)).map((id) => `${id} was committed but is not in the log`),
    ...[...logged].filter((id) => !told.has(id)).map((id) => `${id} is in the log but was never committed`),
  ];
}
