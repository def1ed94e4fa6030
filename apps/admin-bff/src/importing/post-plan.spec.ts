import { describe, expect, it } from '@jest/globals';
import { PostPlan } from './post-plan.js';
import { type WxrComment, type WxrPost } from './wxr.js';

const comment = (id: string, fields: Partial<WxrComment> = {}): WxrComment => ({
  id,
  parentId: '',
  author: 'Ann',
  email: 'ann@x.org',
  html: 'hi',
  approved: '1',
  type: '',
  date: '2014-01-14 17:32:12',
  ...fields,
});

const plan = (comments: readonly WxrComment[], post: Partial<WxrPost> = {}): PostPlan =>
  new PostPlan({ id: '7', title: 'T', site: 'https://blog.example/sub', comments, ...post });

describe('PostPlan', () => {
  it('names source and subject so that a second import finds them again', () => {
    expect(plan([])).toMatchObject({ source: 'wxr:blog.example', subjectKey: 'post/7' });
    expect(plan([], { id: '/2014/a post/', site: '' })).toMatchObject({
      source: 'wxr:unknown',
      subjectKey: 'post/2014-a-post',
    });
    expect(plan([], { id: '' }).subjectKey).toBe('post/untitled');
  });

  it.each([
    ['is a pingback', { type: 'pingback' }],
    ['was not approved', { approved: '0' }],
    ['is spam', { approved: 'spam' }],
    ['has no text', { html: ' <p></p> ' }],
    ['has no readable date', { date: '' }],
  ])('leaves out what %s, and says so', (reason, fields) => {
    const { items, skipped } = plan([comment('1', fields)]);
    expect(items).toEqual([]);
    expect(skipped).toEqual([{ ref: '1', reason }]);
  });

  it('moves a reply to something left out up to the nearest that is kept', () => {
    const { items } = plan([
      comment('1'),
      comment('2', { parentId: '1', approved: '0' }),
      comment('3', { parentId: '2', approved: '0' }),
      comment('4', { parentId: '3' }),
      comment('5', { parentId: '1' }),
    ]);
    expect(items.map(({ sourceKey, parentSourceKey }) => [sourceKey, parentSourceKey])).toEqual([
      ['1', ''],
      ['4', '1'],
      ['5', '1'],
    ]);
  });

  it('tells two people with one address apart, and gives the nameless a name', () => {
    const { items } = plan([
      comment('1', { author: ' John  Doe ' }),
      comment('2', { author: 'Jane' }),
      comment('3', { author: '' }),
    ]);
    expect(new Set(items.map(({ person }) => person)).size).toBe(3);
    expect(items.map(({ displayName }) => displayName)).toEqual(['John Doe', 'Jane', 'Anonymous']);
  });

  it('takes times as UTC', () => {
    expect(plan([comment('1')]).items[0]?.createdAtMs).toBe(Date.UTC(2014, 0, 14, 17, 32, 12));
  });
});
