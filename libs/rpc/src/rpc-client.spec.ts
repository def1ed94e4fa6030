import { describe, expect, it } from '@jest/globals';
import { InternalTokens } from '@storey/auth';
import { systemClock } from '@storey/context';
import { comment } from '@storey/contracts';
import { unavailable } from '@storey/errors';
import { createClient } from './rpc-client.js';
import { WireFailure, type Wire } from './wire.js';

const UNAVAILABLE = 14;

function clientThatFails(failure: WireFailure) {
  const wire: Wire = {
    unary: () => Promise.reject(failure),
    stream: () => ({ next: () => Promise.reject(failure) }),
  };
  const tokens = new InternalTokens({ secret: new Uint8Array(32), clock: systemClock });
  const options = { target: 'comment', tokens, clock: systemClock, onCall: () => {} };
  return createClient(comment.CommentService, wire, options);
}

describe('a call whose connection was lost', () => {
  const lost = new WireFailure(UNAVAILABLE, new Uint8Array(), { lost: true });

  it('leaves open what became of it', async () => {
    await expect(clientThatFails(lost).publish({})).rejects.toMatchObject({
      code: 'COMMON_OUTCOME_UNKNOWN',
    });
  });

  it('is unavailable where it was a read', async () => {
    await expect(clientThatFails(lost).getComment({})).rejects.toMatchObject({ code: 'COMMON_UNAVAILABLE' });
    await expect(clientThatFails(lost).watch({}).next()).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

it('a call that reached nobody, or was refused by who it reached, has had no effect', async () => {
  const nobody = new WireFailure(UNAVAILABLE, new Uint8Array());
  for (const failure of [nobody, WireFailure.of(unavailable('The log is away.'))]) {
    await expect(clientThatFails(failure).publish({})).rejects.toMatchObject({ code: 'COMMON_UNAVAILABLE' });
  }
});
