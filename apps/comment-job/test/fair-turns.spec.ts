import { fromBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  COMMANDS_TOPIC,
  commentTopics,
  findCommentFaults,
  subjectKey,
  type SubjectKey,
} from '@storey/comment';
import { commentEvents } from '@storey/contracts';
import { partitionOf } from '@storey/events';
import { eventually, temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { Intake, newSubject } from './commands.js';
import { ports, running, type Running } from './running.js';

const LOUD = 400;
const PARTITIONS = 12;

let folder: TemporaryFolder;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder.remove());

const partition = (subject: SubjectKey): number => partitionOf(subjectKey(subject), PARTITIONS);

function neighbourOf(other: SubjectKey): SubjectKey {
  for (;;) {
    const subject = newSubject();
    if (partition(subject) === partition(other)) return subject;
  }
}

/** Ids of comments in the order in which they came into being. */
async function created({ sql }: Running): Promise<readonly bigint[]> {
  const rows = await sql.read.selectFrom('outbox').select('value').orderBy('id').execute();
  return rows.flatMap(({ value }) => {
    const { event } = fromBinary(commentEvents.CommentEventSchema, value);
    return event.case === 'created' && event.value.comment ? [event.value.comment.id] : [];
  });
}

describe('comment-job', () => {
  it('applies the first command of a quiet subject before the 200th of a loud one that was there first', async () => {
    const loud = new Intake();
    const quiet = new Intake(neighbourOf(loud.subject));
    const many = Array.from({ length: LOUD }, () => loud.publish());
    const one = quiet.publish();
    {
      await using before = await ports(folder.path);
      await before.platform.ports.events.createTopics(commentTopics);
      await before.platform.ports.events.append(COMMANDS_TOPIC, [...many, one]);
    }
    await using app = await running(folder.path);
    await eventually(async () => expect(await created(app)).toHaveLength(LOUD + 1), { timeoutMs: 15_000 });
    const order = await created(app);
    expect(order.indexOf(one.id)).toBeLessThan(order.indexOf(many[199]?.id ?? 0n));
    expect(order.filter((id) => id !== one.id)).toEqual(many.map(({ id }) => id));
    expect(await findCommentFaults(app.sql)).toEqual([]);
  });

  it('tells how long commands waited, by their class', async () => {
    const intake = new Intake();
    const imported = { ...intake.publish(), headers: { 'work-class': 'bulk' } };
    await using app = await running(folder.path);
    await app.platform.ports.events.append(COMMANDS_TOPIC, [intake.publish(), imported]);
    await eventually(async () => expect(await created(app)).toHaveLength(2));
    const text = await app.platform.metrics.text();
    expect(text).toMatch(/comment_job_wait_seconds_count\{.*class="commands".*\} 1/);
    expect(text).toMatch(/comment_job_wait_seconds_count\{.*class="bulk".*\} 1/);
    expect(text).toMatch(/storey_work_pace\{class="bulk",app="comment-job"\} 500/);
  });
});
