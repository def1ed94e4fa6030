import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from '@jest/globals';
import { commentEvents } from '@storey/contracts';
import { publishedId } from './published-id.js';

type Change = NonNullable<MessageInitShape<typeof commentEvents.CommentCommandSchema>['command']>;

const ID = 2n ** 62n + 12345n;
const encoded = (command: Change, id = ID): Uint8Array =>
  toBinary(
    commentEvents.CommentCommandSchema,
    create(commentEvents.CommentCommandSchema, {
      id,
      subject: { type: 'video', oid: 'v1' },
      actorId: 7n,
      actorRoles: ['user'],
      acceptedAtMs: 1n,
      traceId: 'f'.repeat(32),
      command,
    }),
  );

describe('the id that a command publishes', () => {
  it('is that of the command', () => {
    expect(publishedId(encoded({ case: 'publish', value: { text: 'hello', parentId: 3n } }))).toBe(ID);
    expect(publishedId(encoded({ case: 'publish', value: {} }))).toBe(ID);
  });

  it('is none of other commands', () => {
    const others: Change[] = [
      { case: 'edit', value: { commentId: 3n, text: 'x' } },
      { case: 'delete', value: { commentId: 3n } },
      { case: 'react', value: { commentId: 3n } },
      { case: undefined },
    ];
    expect(others.map((command) => publishedId(encoded(command)))).toEqual(Array(4).fill(undefined));
  });

  it('is none of what the writer refuses', () => {
    const whole = encoded({ case: 'publish', value: { text: 'hello' } });
    expect(publishedId(whole.subarray(0, whole.length - 1))).toBeUndefined();
    expect(publishedId(Uint8Array.of(0xff, 0xff, 0xff))).toBeUndefined();
    expect(publishedId(encoded({ case: 'publish', value: {} }, -1n))).toBeUndefined();
    expect(publishedId(encoded({ case: 'publish', value: {} }, 0n))).toBeUndefined();
  });
});
