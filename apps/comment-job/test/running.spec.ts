import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Cache } from '@storey/cache';
import {
  COMMANDS_TOPIC,
  Comments,
  Notifications,
  chunkId,
  commentCaches,
  commentSources,
  commentTopics,
  findCommentFaults,
  ownReactionsId,
  subjectKey,
} from '@storey/comment';
import { comment } from '@storey/contracts';
import { unavailable } from '@storey/errors';
import { hearCacheChanges, type CacheChange } from '@storey/service';
import { eventually, faultPoints, temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { Intake, type Sent } from './commands.js';
import { ports, running, type Running } from './running.js';

let folder: TemporaryFolder;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder.remove());

const append = ({ platform }: Running, sent: readonly Sent[]): Promise<void> =>
  platform.ports.events.append(COMMANDS_TOPIC, sent);

const floorOf = async ({ sql }: Running, { id }: Sent): Promise<bigint | undefined> =>
  (await new Comments(sql).byId(id))?.floor;

const mention = (userId: bigint, username: string): comment.Mention => ({
  $typeName: 'storey.comment.v1.Mention',
  userId,
  username,
});

async function noticesOf({ sql }: Running, userId: bigint): Promise<readonly string[]> {
  const notices = await new Notifications(sql).page(userId, { limit: 50 });
  return notices.map(({ kind, commentId }) => `${kind} ${commentId}`);
}

describe('comment-job', () => {
  it('applies what is in the log, and what it did before its death once', async () => {
    const intake = new Intake();
    const sent = Array.from({ length: 20 }, () => intake.publish());
    const killAt = 'job.committed:1:throw,job.tx:2:throw,relay.sent:1:throw';
    await using app = await running(folder.path, faultPoints({ killAt, production: false }));
    await append(app, sent.slice(0, 10));
    await append(app, sent.slice(10));
    await eventually(async () => expect(await floorOf(app, sent[19] as Sent)).toBe(20n));
    expect(await findCommentFaults(app.sql)).toEqual([]);
  });

  it('is ready when it has applied what waited in the log', async () => {
    const sent = new Intake().publish();
    {
      await using before = await ports(folder.path);
      await before.platform.ports.events.createTopics(commentTopics);
      await append(before, [sent]);
    }
    let open = false;
    await using app = await running(folder.path, (name) => {
      if (name === 'job.content' && !open) throw unavailable('Not yet.');
    });
    const { health } = app.platform;
    expect((await health.readiness()).parts['comment.job']).toBe('missing');
    open = true;
    await eventually(async () => expect((await health.readiness()).ready).toBe(true));
    expect(await floorOf(app, sent)).toBe(1n);
  });

  it('buries a message that it cannot read and goes on', async () => {
    const intake = new Intake();
    const sent = intake.publish();
    await using app = await running(folder.path);
    await append(app, [{ ...sent, value: Buffer.from('no command') }, sent]);
    await eventually(async () => expect(await floorOf(app, sent)).toBe(1n));
    const { events } = app.platform.ports;
    const ends = await events.endOffsets(`${COMMANDS_TOPIC}.dead`);
    expect(ends.reduce((sum, end) => sum + end, 0n)).toBe(1n);
  });
});

describe('caches', () => {
  it('forget every comment that a change touches, and its subject', async () => {
    await using app = await running(folder.path);
    const { kvCache } = app.platform.ports;
    const cache = new Cache(kvCache, { onError: () => undefined });
    const { subjects, comments } = commentCaches(cache, commentSources(app.sql));
    const intake = new Intake();
    const key = subjectKey(intake.subject);
    const root = intake.publish();
    const answer = intake.publish({ parentId: root.id });
    const seen = async () => [
      (await subjects.get(key))?.all,
      (await comments.get(root.id))?.replies,
      (await comments.get(answer.id))?.text,
    ];
    expect(await seen()).toEqual([undefined, undefined, undefined]);
    await append(app, [root]);
    await eventually(async () => expect(await seen()).toEqual([1n, 0n, undefined]));
    await append(app, [answer]);
    await eventually(async () => expect(await seen()).toEqual([2n, 1n, 'hello']));
    await append(app, [intake.edit(answer.id, 'edited')]);
    await eventually(async () => expect(await seen()).toEqual([2n, 1n, 'edited']));
    await append(app, [intake.remove(root.id)]);
    await eventually(async () => expect(await seen()).toEqual([1n, 1n, 'edited']));
    expect((await comments.get(root.id))?.shown).toBe(true);
    await append(app, [intake.remove(answer.id)]);
    await eventually(async () => expect(await seen()).toEqual([0n, 0n, 'edited']));
    expect((await comments.get(root.id))?.shown).toBe(false);
  });
});

describe('every process', () => {
  it('is told what changed when the cache that all share has been cleared of it', async () => {
    await using app = await running(folder.path);
    const { kvCache, events } = app.platform.ports;
    const caches = commentCaches(new Cache(kvCache, { onError: () => undefined }), commentSources(app.sql));
    const { places, reactions } = caches;
    const intake = new Intake();
    const root = intake.publish();
    await append(app, [root]);
    await eventually(async () => expect(await floorOf(app, root)).toBe(1n));
    const subjectId = (await new Comments(app.sql).byId(root.id))?.subjectId ?? 0n;
    const chunk = chunkId({ subjectId, rootId: 0n }, 0n);
    await eventually(async () => expect(await places.get(chunk)).toEqual([{ id: root.id, floor: 1n }]));
    const fans = [5n, 6n, 7n];
    const reactionIds = fans.map((userId) => ownReactionsId({ userId, subjectId }));
    expect(await reactions.getMany(reactionIds)).toEqual(new Map());

    const heard: CacheChange[] = [];
    const told = new Set<string>();
    const listener = await hearCacheChanges(events, (change) => {
      heard.push(change);
      told.add(`${change.cache} ${change.id} ${change.atOnce}`);
    });
    await append(
      app,
      fans.map((userId) => intake.react(root.id, comment.Reaction.LIKE, userId)),
    );
    await eventually(async () => {
      const found = await reactions.getMany(reactionIds);
      const values = [...found.values()].map(({ byComment }) => byComment.get(root.id)?.value);
      expect(values).toEqual(fans.map(() => comment.Reaction.LIKE));
    });
    await append(app, [intake.remove(root.id)]);
    await eventually(async () => {
      expect([...told]).toEqual(
        expect.arrayContaining([
          ...reactionIds.map((id) => `comment.reaction ${id} false`),
          `comment.comment ${root.id} true`,
          `comment.places ${chunk} true`,
          `comment.subject ${subjectKey(intake.subject)} true`,
        ]),
      );
      expect(await places.get(chunk)).toEqual([]);
    });
    const version = (await caches.subjects.get(subjectKey(intake.subject)))?.version;
    expect(heard.findLast(({ cache }) => cache === 'comment.subject')?.version).toBe(version);
    await listener.close();
  });
});

describe('notices', () => {
  it('tell the author once of likes, and never of his own', async () => {
    await using app = await running(folder.path);
    const intake = new Intake();
    const liked = intake.publish({}, 1n);
    const other = intake.publish({}, 1n);
    const { LIKE } = comment.Reaction;
    await append(app, [liked, other, intake.react(other.id, LIKE, 1n), intake.react(liked.id, LIKE, 2n)]);
    await eventually(async () => expect(await noticesOf(app, 1n)).toEqual([`like ${liked.id}`]));
    const answer = intake.publish({ parentId: liked.id }, 3n);
    await append(app, [intake.react(liked.id, LIKE, 3n), answer]);
    await eventually(async () =>
      expect(await noticesOf(app, 1n)).toEqual([`reply ${answer.id}`, `like ${liked.id}`]),
    );
  });

  it('tell of answers and mentions once, never of one’s own words or of imports', async () => {
    await using app = await running(folder.path);
    const intake = new Intake();
    const [ann, bob, cid] = [101n, 102n, 103n];
    const root = intake.publish({}, ann);
    const own = intake.publish({ parentId: root.id, mentions: [mention(ann, 'ann')] }, ann);
    const answer = intake.publish(
      { parentId: root.id, mentions: [mention(ann, 'ann'), mention(cid, 'cid')] },
      bob,
    );
    const old = intake.publish({ parentId: root.id, source: folder.path, sourceKey: '1' }, bob);
    const lost = intake.publish({ parentId: 64n }, bob);
    const all = [root, own, answer, old, lost];
    await append(app, all);
    await append(app, all);
    const edits = [ann, cid, 104n].map((userId) => mention(userId, `user${userId}`));
    const later = { mentions: [mention(cid, 'cid')] };
    await append(app, [
      intake.edit(old.id, 'more', later),
      intake.edit(answer.id, 'more', { mentions: edits }),
    ]);
    await eventually(async () => expect(await noticesOf(app, 104n)).toEqual([`mention ${answer.id}`]));
    expect(await noticesOf(app, ann)).toEqual([`reply ${answer.id}`]);
    expect(await noticesOf(app, cid)).toEqual([`mention ${old.id}`, `mention ${answer.id}`]);
    expect(await noticesOf(app, bob)).toEqual([`moderation ${lost.id}`]);
  });
});
