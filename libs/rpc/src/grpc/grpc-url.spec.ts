import { describe, expect, it } from '@jest/globals';
import { InternalTokens } from '@storey/auth';
import { comment } from '@storey/contracts';
import { openRpc } from '../index.js';
import { channelTarget, parseGrpcUrl } from './grpc-url.js';

const options = { tokens: new InternalTokens({ secret: new Uint8Array(32) }), onError: () => undefined };

describe('the URL of a gRPC target', () => {
  it.each([
    ['grpc://comment:50051', 'dns:///comment:50051'],
    ['grpc://10.0.0.1:50051/', 'ipv4:10.0.0.1:50051'],
    ['grpc://10.0.0.1:1,10.0.0.2:2', 'ipv4:10.0.0.1:1,10.0.0.2:2'],
    ['grpcs://[::1]:1,[fe80::2]:2', 'ipv6:[::1]:1,[fe80::2]:2'],
  ])('%s is %s to gRPC', (url, target) => {
    expect(channelTarget(parseGrpcUrl('comment', url), 'dns')).toBe(target);
  });

  it.each([
    ['grpc://comment', 'like grpc://host:port'],
    ['grpc://comment:0', 'from 1 to 65535'],
    ['grpc://comment:65536', 'from 1 to 65535'],
    ['grpc://:50051', 'must name a host'],
    ['grpc://', 'like grpc://host:port'],
    ['grpc://user:password@comment:1', 'like grpc://host:port'],
    ['grpc://comment:1/path', 'like grpc://host:port'],
    ['grpc://a:1,b:2', 'all are IPv4 or all IPv6'],
    ['grpc://10.0.0.1:1,[::1]:2', 'all are IPv4 or all IPv6'],
    ['grpc://10.0.0.1:1,', 'must name a host'],
    ['grpc://[10.0.0.1]:1', 'must name a host'],
    ['grpc://comment:1?ca=/x', 'must begin with grpcs://'],
    ['grpcs://comment:1?timeout=5', 'unknown parameter "timeout"; known: ca, cert, key'],
    ['grpcs://comment:1?cert=/x', 'both cert and key'],
    ['grpcs://comment:1?ca=', 'one file as "ca"'],
    ['grpcs://comment:1?ca=/a&ca=/b', 'one file as "ca"'],
    ['grpcs://comment:1?ca=/nowhere/ca.pem', 'ca of the rpc URL of "comment" can\'t be read'],
  ])('%s is refused, and what to change is told', async (url, text) => {
    await expect(openRpc({ comment: url }, options)).rejects.toMatchObject({
      code: 'RPC_MISCONFIGURED',
      message: expect.stringContaining(text),
    });
  });

  it.each([
    ['grpc://127.0.0.1:1,127.0.0.1:2', 'URL of its own'],
    ['grpcs://127.0.0.1:1', '?cert= and &key='],
  ])('%s is one to call and not to serve', async (url, text) => {
    const rpc = await openRpc({ comment: url }, options);
    const strategy = rpc.strategy([comment.CommentService], { target: 'comment' });
    const error = await new Promise((resolve) => void strategy.listen(resolve));
    expect(error).toMatchObject({ code: 'RPC_MISCONFIGURED', message: expect.stringContaining(text) });
  });
});
