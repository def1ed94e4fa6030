import { describe, expect, it } from '@jest/globals';
import { ALLOWED_EDGES, circleIn, edgesOf, undeclaredEdges } from './edges.js';

describe('the allowed edges', () => {
  it('have no circle, and one that is planted is found', () => {
    expect(circleIn(ALLOWED_EDGES)).toEqual([]);
    const planted = { ...ALLOWED_EDGES, 'comment-service': ['account'], 'account-service': ['comment'] };
    expect(circleIn(planted)).toContain('comment-service');
  });

  it('find a call that nobody declared', () => {
    const text = [
      'storey_rpc_calls_total{from="web-bff",to="comment/Publish",app="process"} 3',
      'storey_rpc_calls_total{from="comment-service",to="account/GetMe",app="process"} 1',
    ].join('\n');
    expect(undeclaredEdges(edgesOf(text))).toEqual([{ from: 'comment-service', to: 'account/GetMe' }]);
  });
});
