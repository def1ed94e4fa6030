import { describe, expect, it } from '@jest/globals';
import { FakeClock, type Principal } from '@storey/context';
import { SignJWT } from 'jose';
import { InternalTokens } from './index.js';

const secret = new Uint8Array(32).fill(7);
const ann: Principal = { userId: '42', sessionId: 's1', roles: ['user', 'moderator'], level: 3 };
const invalid = { kind: 'unauthenticated', code: 'GATEWAY_TOKEN_INVALID' };

const setup = () => {
  const clock = new FakeClock();
  return { clock, tokens: new InternalTokens({ secret, clock }) };
};

describe('InternalTokens', () => {
  it('carries a principal to the audience it was minted for', async () => {
    const { tokens } = setup();
    await expect(tokens.verify(tokens.mint(ann, 'comment'), 'comment')).resolves.toEqual(ann);
  });

  it('carries an anonymous caller as a good token without a principal', async () => {
    const { tokens } = setup();
    await expect(tokens.verify(tokens.mint(undefined, 'comment'), 'comment')).resolves.toBeUndefined();
  });

  it('refuses a token of another audience, remembered or not', async () => {
    const { tokens } = setup();
    const token = tokens.mint(ann, 'history');
    await expect(tokens.verify(token, 'comment')).rejects.toMatchObject(invalid);
    await tokens.verify(token, 'history');
    await expect(tokens.verify(token, 'comment')).rejects.toMatchObject(invalid);
  });

  it('mints and verifies once per principal and audience in half a life, however many ask at once', async () => {
    const { tokens, clock } = setup();
    const read = async (): Promise<void> =>
      void (await tokens.verify(tokens.mint({ ...ann }, 'comment'), 'comment'));
    await Promise.all(Array.from({ length: 100 }, read));
    await clock.advance(29_999);
    await read();
    expect([tokens.minted, tokens.verified]).toEqual([1, 1]);
    await clock.advance(1);
    await read();
    expect([tokens.minted, tokens.verified]).toEqual([2, 2]);
  });

  it.each<[string, Principal | undefined]>([
    ['user', { ...ann, userId: '43' }],
    ['session', { ...ann, sessionId: 's2' }],
    ['session that looks like a user and a session', { ...ann, sessionId: '42 s1' }],
    ['roles', { ...ann, roles: ['user'] }],
    ['level', { ...ann, level: 4 }],
    ['sign-in', undefined],
  ])('does not reuse a token across another %s', (_, other) => {
    const { tokens } = setup();
    expect(tokens.mint(other, 'comment')).not.toBe(tokens.mint(ann, 'comment'));
  });

  it('knows at once what it has checked, for its audience and its life, and nothing else', async () => {
    const { tokens, clock } = setup();
    const [hers, nobodys] = [tokens.mint(ann, 'comment'), tokens.mint(undefined, 'comment')];
    expect(tokens.known(hers, 'comment')).toBeUndefined();
    for (const token of [hers, nobodys]) await tokens.verify(token, 'comment');
    expect(tokens.known(hers, 'comment')?.principal).toEqual(ann);
    expect(tokens.known(nobodys, 'comment')).toMatchObject({ principal: undefined });
    expect(tokens.known(hers, 'history')).toBeUndefined();
    expect(tokens.known(`${hers}A`, 'comment')).toBeUndefined();
    await clock.advance(60_000);
    expect(tokens.known(hers, 'comment')).toBeUndefined();
  });

  it('knows no more tokens than its bound', async () => {
    const tokens = new InternalTokens({ secret, clock: new FakeClock(), maxEntries: 2 });
    const all = ['1', '2', '3'].map((userId) => tokens.mint({ ...ann, userId }, 'comment'));
    for (const token of all) await tokens.verify(token, 'comment');
    expect(all.map((token) => tokens.known(token, 'comment') !== undefined)).toEqual([false, true, true]);
  });

  it('lets a token live 60 s, and the memory of it no longer', async () => {
    const { tokens, clock } = setup();
    const token = tokens.mint(ann, 'comment');
    await clock.advance(59_000);
    await tokens.verify(token, 'comment');
    await clock.advance(1_000);
    await expect(tokens.verify(token, 'comment')).rejects.toMatchObject(invalid);
  });

  it('forgets the least recent beyond its bound', () => {
    const tokens = new InternalTokens({ secret, clock: new FakeClock(), maxEntries: 2 });
    for (const userId of ['1', '2', '3', '1']) tokens.mint({ ...ann, userId }, 'comment');
    expect(tokens.minted).toBe(4);
  });

  it.each([
    ['another secret', { key: new Uint8Array(32).fill(8) }],
    ['the type of a client token', { typ: 'at+jwt' }],
    ['another issuer', { iss: 'storey' }],
    ['a header more', { extra: { jku: 'https://evil.example' } }],
    ['a user that is no id', { sub: '0x1' }],
    ['a role that does not exist', { roles: ['god'] }],
  ])('refuses %s', async (_, forged: Partial<Forged>) => {
    const { tokens, clock } = setup();
    const token = await forge(clock, forged);
    await expect(tokens.verify(token, 'comment')).rejects.toMatchObject(invalid);
  });

  it('takes the very token that the refused ones were bent from', async () => {
    const { tokens, clock } = setup();
    await expect(tokens.verify(await forge(clock, {}), 'comment')).resolves.toMatchObject({ userId: '42' });
  });

  it.each(['', 'a', 'a.b.c', 'é'.repeat(20_000)])('refuses what is no token at all', async (token) => {
    await expect(setup().tokens.verify(token, 'comment')).rejects.toMatchObject(invalid);
  });

  it('refuses a short secret at construction', () => {
    expect(() => new InternalTokens({ secret: new Uint8Array(31) })).toThrow('at least 32 bytes');
  });
});

interface Forged {
  readonly key: Uint8Array;
  readonly typ: string;
  readonly iss: string;
  readonly sub: string;
  readonly roles: readonly string[];
  readonly extra: Readonly<Record<string, string>>;
}

function forge(clock: FakeClock, bent: Partial<Forged>): Promise<string> {
  const now = Math.floor(clock.now() / 1000);
  return new SignJWT({ sid: 's', roles: bent.roles ?? ['user'], level: 0 })
    .setProtectedHeader({ alg: 'HS256', typ: bent.typ ?? 'internal+jwt', ...bent.extra })
    .setIssuer(bent.iss ?? 'storey-internal')
    .setSubject(bent.sub ?? '42')
    .setAudience('comment')
    .setIssuedAt(now)
    .setExpirationTime(now + 60)
    .sign(bent.key ?? secret);
}
