import { describe, expect, it } from '@jest/globals';
import { type CommentRecord } from './comment-record.js';
import { recordCodec } from './record-codec.js';

const record: CommentRecord = {
  id: 2n ** 62n + 1n,
  subjectId: 1n,
  subject: { type: 'video', oid: '12' },
  rootId: 0n,
  parentId: 0n,
  floor: 3n,
  state: 2,
  shown: true,
  authorId: 5n,
  replyToUserId: 0n,
  pinned: false,
  createdAt: 1_700_000_000_000n,
  editedAt: 0n,
  version: 7n,
  reasonCode: '',
  reviewReason: '',
  text: '12 盖楼 👨‍👩‍👧‍👦',
  html: '<p dir="auto">12</p>',
  mentions: [{ userId: 9n, username: '12' }],
  likes: 4n,
  dislikes: 0n,
  replies: 0n,
  replyFloor: 8n,
  reports: 0n,
};

describe('recordCodec', () => {
  it('gives back what it was given', () => {
    const codec = recordCodec<CommentRecord>();
    expect(codec.decode(codec.encode(record))).toEqual(record);
  });

  it('refuses what another release wrote', () => {
    const codec = recordCodec<CommentRecord>();
    const bytes = codec.encode(record);
    bytes[0] = 99;
    expect(() => codec.decode(bytes)).toThrow(/shape 99/);
  });
});
