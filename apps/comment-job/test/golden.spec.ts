import { expect, it } from '@jest/globals';
import { COMMANDS_TOPIC, EVENTS_TOPIC } from '@storey/comment';
import { eventually, goldenMessages, temporaryFolder } from '@storey/testing';
import { running } from './running.js';

/** The subject of every made-up message, to whose shard their ids belong. */
const KEY = 'type/oid';

interface Kept {
  readonly topic: string;
  readonly groups: readonly string[];
  readonly name: string;
  readonly value: Uint8Array;
}

const kept: readonly Kept[] = [
  { type: 'CommentCommand', topic: COMMANDS_TOPIC, groups: ['comment.job'] },
  {
    type: 'CommentEvent',
    topic: EVENTS_TOPIC,
    groups: ['comment.caches', 'comment.notifications', 'comment.search'],
  },
].flatMap(({ type, ...rest }) => goldenMessages(type).map((message) => ({ ...message, ...rest })));

it.each(kept)('still handles what was once written to $topic: $name', async ({ topic, groups, value }) => {
  const folder = temporaryFolder();
  try {
    await using app = await running(folder.path);
    const { events } = app.platform.ports;
    await events.append(topic, [{ key: KEY, value, headers: { 'event-id': 'golden' } }]);
    for (const group of groups) await eventually(async () => expect(await events.lag(topic, group)).toBe(0));
    expect((await events.endOffsets(`${topic}.dead`)).reduce((sum, end) => sum + end)).toBe(0n);
  } finally {
    folder.remove();
  }
});
