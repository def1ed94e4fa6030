import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CommentsBench } from './comments-bench.js';

describe('the description of the API', () => {
  let bench: CommentsBench;
  beforeEach(async () => {
    bench = await CommentsBench.open({});
  });
  afterEach(() => bench.close());

  it('has the routes, with parameters and bodies as they are checked', async () => {
    const response = await bench.request({ method: 'GET', url: '/openapi.json' });
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.headers.etag).toBeDefined();
    const { openapi, paths, components } = response.json();
    expect(openapi).toBe('3.1.0');
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/auth/v1/login', '/web/v1/comments/{id}', '/web/v1/history/{business}/{oid}']),
    );
    const { get, post } = paths['/web/v1/subjects/{type}/{oid}/comments'];
    const parameter = (name: string) => get.parameters.find((each: { name: string }) => each.name === name);
    expect(parameter('type')).toMatchObject({ in: 'path', required: true });
    expect(parameter('sort')).toMatchObject({
      in: 'query',
      required: false,
      schema: { default: 'hot', enum: ['hot', 'new', 'old'] },
    });
    expect(post.requestBody.content['application/json'].schema).toMatchObject({ required: ['text'] });
    expect(post.parameters).toContainEqual(
      expect.objectContaining({ name: 'Idempotency-Key', in: 'header' }),
    );
    expect(Object.keys(post.responses)).toEqual(['202', 'default']);
    expect(components.schemas.Problem.required).toContain('traceId');
  });

  it('is a page to read, without scripts', async () => {
    const response = await bench.request({ method: 'GET', url: '/docs' });
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(response.body).toContain('POST /web/v1/subjects/{type}/{oid}/comments → 202');
    expect(response.body).toContain('body, required, string');
    expect(response.body).not.toContain('<script');
  });
});
