import { describe, expect, it } from '@jest/globals';
import { routeOf, signInHref, subjectHref, videoHref } from './router.js';

describe('routes', () => {
  it('know the pages of the site', () => {
    expect(routeOf('')).toEqual({ page: 'home' });
    expect(routeOf('#/')).toEqual({ page: 'home' });
    expect(routeOf('#/history')).toEqual({ page: 'history' });
    expect(routeOf(videoHref('3'))).toEqual({ page: 'video', oid: '3', commentId: null });
    expect(routeOf(videoHref('3', '77'))).toEqual({ page: 'video', oid: '3', commentId: '77' });
  });

  it('know the page of anything that is commented on', () => {
    const subject = { type: 'post', oid: '1148' };
    expect(routeOf(subjectHref(subject, '7'))).toEqual({ page: 'subject', subject, commentId: '7' });
    expect(routeOf(subjectHref({ type: 'video', oid: '3' }))).toMatchObject({ page: 'video' });
  });

  it('say so when there is no such page', () => {
    for (const hash of ['#/nowhere', '#/video', '#/history/1', '#/video/1/2', '#/s/post', '#/s/post/1/2'])
      expect(routeOf(hash).page).toBe('missing');
  });

  it('lead back after signing in, within the site only', () => {
    expect(routeOf(signInHref('#/video/2'))).toEqual({ page: 'signin', back: '/video/2' });
    expect(routeOf('#/signin?back=https://elsewhere.example')).toEqual({ page: 'signin', back: '/' });
  });
});
