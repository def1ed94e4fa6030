import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { edgesOf, undeclaredEdges } from '@storey/service';
import { eventually } from '@storey/testing';
import { Client } from '../support/client.js';
import { Product } from '../support/product.js';

describe('what a session really used', () => {
  let product: Product;
  let metrics: string;

  beforeAll(async () => {
    product = await Product.start({ LIMITS: 'off' });
    const ann = await new Client(() => product.url).register();
    const bob = await new Client(() => product.url).register();
    const root = await new Client(() => product.url).login('root', 'correct horse battery');
    const path = '/web/v1/subjects/video/edges';
    const { comment } = (await ann.post(`${path}/comments`, { text: 'hi' })).body;
    await eventually(async () => expect((await bob.get(`/web/v1/comments/${comment.id}`)).status).toBe(200), {
      timeoutMs: 5000,
    });
    await bob.post(`${path}/comments`, { text: '@someone hi', parentId: comment.id });
    await bob.put(`/web/v1/comments/${comment.id}/reaction`, { value: 'like' });
    for (const sort of ['hot', 'new', 'old']) await bob.get(`${path}/comments?sort=${sort}`);
    await ann.get('/web/v1/notifications');
    const date = new Date().toISOString().slice(0, 10);
    await bob.get('/auth/v1/me', { headers: { 'x-client-date': date } });
    await bob.post(`/web/v1/comments/${comment.id}/tips`, { points: 1 });
    await ann.put('/web/v1/history/video/edges', { progress: 50, duration: 100 });
    await ann.get('/web/v1/history');
    await ann.get('/web/v1/history/continue');
    await ann.get('/app/v1/reply?type=video&oid=edges');
    await ann.post('/app/v2/home', { subjects: [{ type: 'video', oid: 'edges' }] });
    await root.get(`/admin/v1/comments/${comment.id}`);
    await ann.delete(`/web/v1/comments/${comment.id}`);
    await ann.post('/auth/v1/logout');
    metrics = await product.metrics();
  }, 60_000);
  afterAll(() => product[Symbol.asyncDispose]());

  it('are edges that were declared', () => {
    const edges = edgesOf(metrics);
    expect(edges.length).toBeGreaterThan(15);
    expect(new Set(edges.map(({ from }) => from))).toEqual(
      new Set(['api-gateway', 'web-bff', 'app-bff', 'admin-bff', 'account-service']),
    );
    expect(undeclaredEdges(edges)).toEqual([]);
  });

  it('are statements of one shard each', () => {
    const spanning = [...metrics.matchAll(/^storey_sql_spanning_total\{[^}]*\} (\d+)/gm)];
    expect(spanning.length).toBeGreaterThan(0);
    expect(spanning.map(([, count]) => count)).toEqual(spanning.map(() => '0'));
  });
});
