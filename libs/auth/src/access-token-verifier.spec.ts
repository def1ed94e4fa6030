import { createHmac, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { FakeClock, type Principal } from '@storey/context';
import { unavailable } from '@storey/errors';
import { SignJWT } from 'jose';
import { AccessTokenVerifier, generateSigningKey, signAccessToken } from './index.js';

const ann: Principal = { userId: '42', sessionId: 's1', roles: ['user'], level: 3 };
const invalid = { kind: 'unauthenticated', code: 'GATEWAY_TOKEN_INVALID' };
const key = generateSigningKey();
const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function setup(options: { refresh?: () => Promise<void>; maxEntries?: number } = {}) {
  const clock = new FakeClock();
  const keys = new Map<string, KeyObject>([[key.kid, key.publicKey]]);
  const verifier = new AccessTokenVerifier({ jwks: () => keys, clock, ...options });
  return { clock, keys, verifier, sign: () => signAccessToken(key, { principal: ann, clock }) };
}

type Setup = ReturnType<typeof setup>;

function claims({ clock }: Setup, bent: Record<string, unknown> = {}): Record<string, unknown> {
  const now = Math.floor(clock.now() / 1000);
  const good = { iss: 'storey', aud: 'storey', sub: '42', sid: 's1', roles: ['user'], level: 3 };
  return { ...good, iat: now, exp: now + 900, ...bent };
}

const signed = (payload: Record<string, unknown>, header: Record<string, unknown> = {}): Promise<string> =>
  new SignJWT(payload)
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: key.kid, ...header } as { alg: string })
    .sign(key.privateKey);

/** The token with another last byte. */
const bent = (token: string): string => token.slice(0, -2) + (token.endsWith('AA') ? 'BA' : 'AA');

describe('AccessTokenVerifier', () => {
  it('accepts what account-service signs, and checks the signature once', async () => {
    const { verifier, sign } = setup();
    const token = await sign();
    await Promise.all([verifier.verify(token), verifier.verify(token)]);
    await expect(verifier.verify(token)).resolves.toMatchObject({ principal: ann });
    expect(verifier.verified).toBe(1);
  });

  it('knows when a token was issued to the millisecond, though its times are whole seconds', async () => {
    const { verifier, clock } = setup();
    const token = await signAccessToken(key, { principal: ann, clock, issuedAtMs: clock.now() + 7 });
    const payload = JSON.parse(Buffer.from(String(token.split('.')[1]), 'base64url').toString());
    expect([payload.exp - payload.iat, Number.isInteger(payload.iat)]).toEqual([900, true]);
    expect((await verifier.verify(token)).issuedAtMs).toBe(clock.now() + 7);
  });

  it('forgets a token at its end, though it was good a moment before', async () => {
    const { verifier, sign, clock } = setup();
    const token = await sign();
    await clock.advance(899_999);
    await verifier.verify(token);
    await clock.advance(1);
    await expect(verifier.verify(token)).rejects.toMatchObject(invalid);
  });

  it('forgets a token with its key', async () => {
    const { verifier, sign, keys } = setup();
    const token = await sign();
    await verifier.verify(token);
    keys.clear();
    await expect(verifier.verify(token)).rejects.toMatchObject(invalid);
  });

  it('knows at once what it has checked, while token and key are good, and nothing else', async () => {
    const { verifier, sign, keys, clock } = setup();
    const token = await sign();
    expect(verifier.known(token)).toBeUndefined();
    await verifier.verify(token);
    expect(verifier.known(token)?.principal).toEqual(ann);
    expect(verifier.known(bent(token))).toBeUndefined();
    keys.delete(key.kid);
    expect(verifier.known(token)).toBeUndefined();
    keys.set(key.kid, key.publicKey);
    await clock.advance(900_000);
    expect(verifier.known(token)).toBeUndefined();
  });

  it('keeps no more tokens than its bound', async () => {
    const { verifier, clock } = setup({ maxEntries: 1 });
    const tokens = await Promise.all(
      ['1', '2'].map((userId) => signAccessToken(key, { principal: { ...ann, userId }, clock })),
    );
    for (const token of [...tokens, ...tokens]) await verifier.verify(token);
    expect(verifier.verified).toBe(4);
  });
});

describe('attacks', () => {
  it.each(['none', 'None', 'nOnE', ''])('refuses alg "%s" with any signature (rows 1–3)', async (alg) => {
    const at = setup();
    const unsigned = `${b64({ alg, typ: 'at+jwt', kid: key.kid })}.${b64(claims(at))}`;
    const signature = (await at.sign()).split('.')[2];
    await expect(at.verifier.verify(`${unsigned}.`)).rejects.toMatchObject(invalid);
    await expect(at.verifier.verify(`${unsigned}.${signature}`)).rejects.toMatchObject(invalid);
  });

  it('refuses an empty or foreign signature (row 3)', async () => {
    const { verifier, sign, clock } = setup();
    const [header, payload] = (await sign()).split('.');
    const foreign = await signAccessToken(
      { kid: key.kid, privateKey: generateSigningKey().privateKey },
      { principal: ann, clock },
    );
    await expect(verifier.verify(`${header}.${payload}.`)).rejects.toMatchObject(invalid);
    await expect(verifier.verify(foreign)).rejects.toMatchObject(invalid);
  });

  it('refuses HS256 keyed with our public key, in every encoding of it (row 4)', async () => {
    const at = setup();
    const pem = key.publicKey.export({ format: 'pem', type: 'spki' });
    const secrets = [pem, ` ${pem.toString()}`, key.publicKey.export({ format: 'der', type: 'spki' })];
    for (const secret of [...secrets, JSON.stringify(key.publicKey.export({ format: 'jwk' }))]) {
      const body = `${b64({ alg: 'HS256', typ: 'at+jwt', kid: key.kid })}.${b64(claims(at))}`;
      const token = `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
      await expect(at.verifier.verify(token)).rejects.toMatchObject(invalid);
    }
  });

  it.each([
    ['a path', '../../dev/null'],
    ['SQL', "' OR 1=1 --"],
    ['a URL', 'https://evil.example/key'],
    ['the prototype', '__proto__'],
    ['10 kB', 'k'.repeat(10_000)],
    ['a number', 7],
    ['nothing', undefined],
  ])('refuses a kid that is %s; it only indexes a map (row 5)', async (_, kid) => {
    const at = setup();
    await expect(at.verifier.verify(await signed(claims(at), { kid }))).rejects.toMatchObject(invalid);
    expect(at.verifier.verified).toBe(0);
  });

  it.each([
    ['jku', 'https://evil.example/jwks'],
    ['x5u', 'https://evil.example/cert'],
    ['jwk', generateSigningKey().publicKey.export({ format: 'jwk' })],
    ['x5c', ['AAAA']],
    ['crit', ['exp']],
    ['b64', true],
  ])('refuses the header %s though the signature is ours (row 6)', async (name, value) => {
    const at = setup();
    const header = b64({ alg: 'EdDSA', typ: 'at+jwt', kid: key.kid, [name]: value });
    const [, payload, signature] = (await at.sign()).split('.');
    await expect(at.verifier.verify(`${header}.${payload}.${signature}`)).rejects.toMatchObject(invalid);
    expect(at.verifier.verified).toBe(0);
  });

  it.each<[string, (now: number) => Record<string, unknown>]>([
    ['expired a second ago (row 7)', (now) => ({ exp: now - 1 })],
    ['expires now', (now) => ({ exp: now })],
    ['never expires', () => ({ exp: undefined })],
    ['begins in 31 s (row 8)', (now) => ({ nbf: now + 31 })],
    ['issued in 31 s (row 9)', (now) => ({ iat: now + 31 })],
    ['issued in an hour (row 9)', (now) => ({ iat: now + 3600, exp: now + 7200 })],
    ['never issued', () => ({ iat: undefined })],
    ['a wrong issuer (row 10)', () => ({ iss: 'storey-internal' })],
    ['no issuer', () => ({ iss: undefined })],
    ['a wrong audience (row 11)', () => ({ aud: 'web-bff' })],
    ['no audience', () => ({ aud: undefined })],
    ['nobody', () => ({ sub: undefined })],
    ['a user id that is no id', () => ({ sub: '-1' })],
    ['no session', () => ({ sid: undefined })],
    ['roles that are no list', () => ({ roles: 'admin' })],
    ['an unknown role', () => ({ roles: ['root'] })],
    ['a level out of range', () => ({ level: 7 })],
  ])('refuses a token: %s', async (_, bent) => {
    const at = setup();
    const token = await signed(claims(at, bent(Math.floor(at.clock.now() / 1000))));
    await expect(at.verifier.verify(token)).rejects.toMatchObject(invalid);
  });

  it('bears with an issuer whose clock is 30 s ahead', async () => {
    const at = setup();
    const ahead = Math.floor(at.clock.now() / 1000) + 30;
    await expect(
      at.verifier.verify(await signed(claims(at, { iat: ahead, nbf: ahead }))),
    ).resolves.toMatchObject({ principal: ann });
  });

  it.each(['JWT', 'rt+jwt', 'id+jwt', 'internal+jwt', undefined])(
    'refuses typ %s as an access token (row 12)',
    async (typ) => {
      const at = setup();
      await expect(at.verifier.verify(await signed(claims(at), { typ }))).rejects.toMatchObject(invalid);
    },
  );

  it('refuses a token of more than 8 KiB unread, though it is well signed (row 15)', async () => {
    const at = setup();
    const token = await signed(claims(at, { padding: 'x'.repeat(8 * 1024) }));
    await expect(at.verifier.verify(token)).rejects.toMatchObject(invalid);
    expect(at.verifier.verified).toBe(0);
  });

  it('never takes one token for another that shares all but a byte with a good one (row 16)', async () => {
    const { verifier, sign } = setup();
    const token = await sign();
    await verifier.verify(token);
    const [header, payload, signature] = token.split('.');
    const other = b64({ ...JSON.parse(Buffer.from(String(payload), 'base64url').toString()), sub: '1' });
    const twins = [`${header}.${other}.${signature}`, bent(token), `${token} `, ` ${token}`, `${token}.`];
    for (const twin of twins) await expect(verifier.verify(twin)).rejects.toMatchObject(invalid);
  });
});

describe('an unknown kid', () => {
  const rotated = generateSigningKey();

  it('loads the keys anew and then knows the new one', async () => {
    const at = setup({ refresh: async () => void at.keys.set(rotated.kid, rotated.publicKey) });
    const token = await signAccessToken(rotated, { principal: ann, clock: at.clock });
    await expect(at.verifier.verify(token)).resolves.toMatchObject({ principal: ann });
  });

  it('does so at most once a second, however many such tokens come', async () => {
    let refreshes = 0;
    const at = setup({ refresh: async () => void refreshes++ });
    const flood = async (): Promise<void> => {
      const tokens = await Promise.all(
        Array.from({ length: 20 }, (_, i) => signed(claims(at), { kid: `unknown-${i}` })),
      );
      await Promise.all(
        tokens.map((token) => expect(at.verifier.verify(token)).rejects.toMatchObject(invalid)),
      );
    };
    await flood();
    await at.clock.advance(999);
    await flood();
    expect(refreshes).toBe(1);
    await at.clock.advance(1);
    await flood();
    expect(refreshes).toBe(2);
  });

  it('is unavailable, not unauthenticated, while the keys cannot be loaded', async () => {
    const at = setup({ refresh: () => Promise.reject(unavailable('account-service does not answer.')) });
    const token = await signAccessToken(rotated, { principal: ann, clock: at.clock });
    await expect(at.verifier.verify(token)).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(at.verifier.verify(token)).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
