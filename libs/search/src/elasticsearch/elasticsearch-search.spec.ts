import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Clock } from '@storey/context';
import { temporaryFolder } from '@storey/testing';
import { openSearch, type Search } from '../index.js';
import { contractIndex, document } from '../search.contract.js';
import { scriptedServer, type Asked, type Told } from '../../test/scripted-server.js';

const index = contractIndex;

/** Lets no time pass and remembers what was slept. */
class Sleepless extends Clock {
  readonly slept: number[] = [];
  override now = (): number => 0;
  override monotonic = (): number => 0;
  override after = (): (() => void) => () => undefined;
  override sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    return Promise.resolve();
  }
}

const isBulk = ({ path }: Asked): boolean => path.includes('_bulk');
const about = (version: string): Told => ({ body: { version: { number: version } } });

/** A server of our version that has the index; `bulk` says what becomes of the items of each bulk. */
function serverThat(bulk: (ids: readonly string[], nth: number) => readonly number[]) {
  let nth = 0;
  return scriptedServer((asked) => {
    if (asked.path === '/') return about('9.5.3');
    if (asked.path.startsWith('/_alias')) return { body: { 'things-1': {} } };
    if (!isBulk(asked)) return undefined;
    const lines = asked.body
      .trim()
      .split('\n')
      .filter((_, at) => at % 2 === 0);
    const ids = lines.map((line) => (JSON.parse(line) as { index: { _id: string } }).index._id);
    const statuses = bulk(ids, (nth += 1));
    const items = statuses.map((status, at) => ({
      index: {
        _id: ids[at],
        status,
        ...(status >= 300 && { error: { type: `type_${status}`, reason: 'why' } }),
      },
    }));
    return { body: { errors: statuses.some((status) => status >= 300), items } };
  });
}

async function opened(url: string, clock: Clock, use: (search: Search) => Promise<void>): Promise<void> {
  const search = await openSearch(url, { index, clock, onError: () => undefined });
  await use(search);
  await search.close();
}

const three = [document(1, 'one'), document(2, 'two'), document(3, 'three')];

describe('the version of the server', () => {
  it.each(['8.19.2', '10.0.0', '7.17.29'])('%s is refused with a word on what to do', async (version) => {
    await using server = await scriptedServer(() => about(version));
    const refused = {
      code: 'SEARCH_MISCONFIGURED',
      message: `The search needs Elasticsearch 9, this server is ${version}: change one of them`,
    };
    await expect(openSearch(server.url, { index })).rejects.toMatchObject(refused);
    // A server of another version would refuse the client's own media type before it says what it is.
    expect(server.asked[0]?.headers.accept).toBe('application/json');
  });

  it('is not asked of who refuses the credentials', async () => {
    await using server = await scriptedServer(() => ({ status: 401 }));
    const refused = { code: 'SEARCH_MISCONFIGURED', message: expect.stringContaining('credentials') };
    await expect(openSearch(server.url, { index })).rejects.toMatchObject(refused);
  });
});

describe('a bulk that is answered 200', () => {
  it('names each item, by its id and version, and requires the alias', async () => {
    await using server = await serverThat((ids) => ids.map(() => 201));
    await opened(server.url, new Sleepless(), async (search) => {
      await search.put([document(7, 'one', { version: 2n ** 60n })]);
    });
    const sent = server.asked.find(isBulk);
    expect(sent?.path).toContain('require_alias=true');
    expect(JSON.parse(sent?.body.split('\n')[0] ?? '')).toEqual({
      index: { _index: 'things', _id: '7', version: String(2n ** 60n), version_type: 'external' },
    });
  });

  it('sends again only what the server was too busy for', async () => {
    const clock = new Sleepless();
    const sent: (readonly string[])[] = [];
    await using server = await serverThat((ids, nth) => {
      sent.push(ids);
      return ids.map((id) => (id === '2' && nth < 3 ? 429 : 201));
    });
    await opened(server.url, clock, async (search) => {
      expect(await search.put(three)).toEqual([]);
    });
    expect(sent).toEqual([['1', '2', '3'], ['2'], ['2']]);
    expect(clock.slept).toEqual([100, 400]);
  });

  it.each([429, 500, 503])('is unavailable when an item stays %d', async (status) => {
    await using server = await serverThat((ids) => ids.map((id) => (id === '2' ? status : 201)));
    await opened(server.url, new Sleepless(), async (search) => {
      await expect(search.put(three)).rejects.toMatchObject({ kind: 'unavailable' });
    });
  });

  it('takes a conflict for done and tells a refusal, item by item', async () => {
    await using server = await serverThat(() => [409, 400, 201]);
    await opened(server.url, new Sleepless(), async (search) => {
      expect(await search.put(three)).toMatchObject([{ id: 2n, cause: { kind: 'invalid' } }]);
    });
  });

  it('is not believed when it speaks of another number of items', async () => {
    await using server = await serverThat(() => [201]);
    await opened(server.url, new Sleepless(), async (search) => {
      await expect(search.put(three)).rejects.toMatchObject({ kind: 'unavailable' });
    });
  });

  it('is of 4 MiB at most', async () => {
    const sent: number[] = [];
    await using server = await serverThat((ids) => (sent.push(ids.length), ids.map(() => 201)));
    const long = Array.from({ length: 60 }, (_, at) => document(at + 1, '好看'.repeat(8000)));
    await opened(server.url, new Sleepless(), async (search) => void (await search.put(long)));
    expect(sent.length).toBeGreaterThan(1);
    expect(sent.reduce((sum, n) => sum + n, 0)).toBe(60);
  });
});

describe('a server behind TLS', () => {
  it('is believed by its authority alone, and told who we are', async () => {
    const folder = temporaryFolder();
    const [key, ca] = [join(folder.path, 'key.pem'), join(folder.path, 'ca.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-keyout', key, '-out', ca];
    execFileSync('openssl', [...made, ...subject], { stdio: 'ignore' });
    const tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(ca, 'utf8') };
    await using server = await scriptedServer(({ path }) => {
      return path === '/' ? about('9.5.3') : { body: { 'things-1': {} } };
    }, tls);
    const url = server.url.replace('//', '//ann:p%40ss@');
    await opened(url, new Sleepless(), async (search) => {
      await expect(search.ping()).rejects.toMatchObject({ kind: 'unavailable' });
    });
    expect(server.asked).toEqual([]);
    await opened(`${url}?ca=${ca}`, new Sleepless(), (search) => search.ping());
    const told = server.asked[0]?.headers.authorization;
    expect(told).toBe(`Basic ${Buffer.from('ann:p@ss').toString('base64')}`);
    folder.remove();
  });
});
