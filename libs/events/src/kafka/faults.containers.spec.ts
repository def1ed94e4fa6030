import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AppError } from '@storey/errors';
import { eventually, realStores, temporaryFolder, ToxicProxy } from '@storey/testing';
import { appendNumbers, KafkaBench, TOPIC } from '../../test/kafka-bench.js';
import { type Batch, type EventLog, type Message } from '../index.js';

const text = ({ value }: Message): string => Buffer.from(value).toString();
const kindOf = (appending: Promise<void>): Promise<string> =>
  appending.then(
    () => 'stored',
    (error: AppError) => error.kind,
  );

describe('the event log on Kafka, over a bad line', () => {
  let bench: KafkaBench;
  let proxy: ToxicProxy;
  let log: EventLog;
  beforeEach(async () => {
    bench = new KafkaBench();
    proxy = await ToxicProxy.start(realStores.kafkaBehindProxy);
    log = await bench.openWithTopic(2, bench.proxiedUrl);
  });
  afterEach(async () => {
    proxy.set({ kind: 'none' });
    await bench.clean();
    await proxy[Symbol.asyncDispose]();
  });

  const put = (value: string): Promise<string> =>
    kindOf(log.append(TOPIC, [{ key: 'k', value: Buffer.from(value) }]));
  const values = async (): Promise<readonly string[]> => {
    const direct = await bench.open();
    return (await Promise.all([0, 1].map((partition) => direct.read(TOPIC, partition, 0n, 1000))))
      .flat()
      .map(text);
  };

  it('refuses appends while no broker can be reached, in time, and takes them again afterwards', async () => {
    expect(await put('before')).toBe('stored');
    proxy.set({ kind: 'down' });
    const begun = performance.now();
    await put('cut off'); // it meets the connection as it breaks
    expect(await Promise.all([put('1'), put('2')])).toEqual(['unavailable', 'unavailable']);
    expect(performance.now() - begun).toBeLessThan(8000);
    expect(log.stats().pendingBytes).toBe(0);
    proxy.set({ kind: 'none' });
    await eventually(async () => expect(await put('after')).toBe('stored'));
    expect((await values()).filter((value) => value === '1' || value === '2')).toEqual([]);
  });

  it('does not know of an append whose answer never came, and refuses those that waited behind it', async () => {
    expect(await put('before')).toBe('stored');
    proxy.set({ kind: 'timeout' });
    const begun = performance.now();
    const first = put('sent');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const waiting = put('waiting');
    expect([await first, await waiting]).toEqual(['outcome_unknown', 'unavailable']);
    expect(performance.now() - begun).toBeLessThan(5000);
    proxy.set({ kind: 'none' });
    await eventually(async () => expect(await put('after')).toBe('stored'));
    expect(await values()).not.toContain('waiting');
  });

  it('loses and doubles nothing that was acknowledged while the connections break again and again', async () => {
    const outcomes = new Map<string, string>();
    for (let number = 0; number < 100; number += 1) {
      if (number % 10 === 5) setImmediate(() => proxy.cut());
      outcomes.set(String(number), await put(String(number)));
    }
    const there = await values();
    const stored = [...outcomes].filter(([, outcome]) => outcome === 'stored').map(([value]) => value);
    expect(stored.length).toBeGreaterThan(50);
    expect(there.filter((value) => outcomes.get(value) === 'stored')).toEqual(stored);
    expect(there.filter((value) => outcomes.get(value) === 'unavailable')).toEqual([]);
    expect(new Set(there).size).toBe(there.length);
  });

  it('works on a slow line', async () => {
    proxy.set({ kind: 'latency', ms: 150 });
    const handled: string[] = [];
    await log.subscribe({
      topic: TOPIC,
      group: 'readers',
      maxBatch: 10,
      handle: async ({ messages }) => void handled.push(...messages.map(text)),
    });
    expect(await put('slow')).toBe('stored');
    await eventually(() => expect(handled).toEqual(['slow']));
  });

  it('consumes and listens on after an outage longer than a session, without a gap', async () => {
    const [handled, heard]: [string[], string[]] = [[], []];
    const handle = async ({ messages }: Batch): Promise<void> => {
      if (handled.length === 0) proxy.set({ kind: 'down' }); // before it can be committed
      handled.push(...messages.map(text));
    };
    await log.subscribe({ topic: TOPIC, group: 'readers', maxBatch: 10, handle });
    await log.listen({ topic: TOPIC, handle: (messages) => void heard.push(...messages.map(text)) });
    const direct = await bench.openWithTopic(2);
    await appendNumbers(direct, 3);
    await eventually(() => expect(handled).toEqual(['0', '1', '2']));
    await direct.append(TOPIC, [{ key: 'k', value: Buffer.from('meanwhile') }]);
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    const wheres = bench.errors.map(({ where }) => where);
    expect(wheres).toEqual([...new Set(wheres)]); // one report a loop, not one a try
    proxy.set({ kind: 'none' });
    const settings = { timeoutMs: 15_000 };
    await eventually(
      () => expect([handled.at(-1), heard.at(-1)]).toEqual(['meanwhile', 'meanwhile']),
      settings,
    );
    expect(heard).toEqual(['0', '1', '2', 'meanwhile']);
    await eventually(async () => expect(await direct.lag(TOPIC, 'readers')).toBe(0), settings);
  });

  it('closes in time although nobody answers', async () => {
    await log.subscribe({ topic: TOPIC, group: 'readers', maxBatch: 10, handle: () => Promise.resolve() });
    await log.listen({ topic: TOPIC, handle: () => undefined });
    proxy.set({ kind: 'timeout' });
    const begun = performance.now();
    await log.close();
    expect(performance.now() - begun).toBeLessThan(8000);
  });

  it('takes the partitions of a member that fell silent, and refuses what that one does late', async () => {
    const direct = await bench.openWithTopic(2);
    const late: Batch[] = [];
    let finish = (): void => undefined;
    const silent = await log.subscribe({
      topic: TOPIC,
      group: 'readers',
      maxBatch: 1,
      handle: async (batch) => {
        late.push(batch);
        await new Promise<void>((resolve) => (finish = resolve));
        return { commitTo: 0n };
      },
    });
    await appendNumbers(direct, 1);
    await eventually(() => expect(late).toHaveLength(1));
    proxy.set({ kind: 'timeout' });
    const taken: Batch[] = [];
    const handle = async (batch: Batch): Promise<void> => void taken.push(batch);
    await direct.subscribe({ topic: TOPIC, group: 'readers', maxBatch: 1, handle });
    await eventually(() => expect(taken).toHaveLength(1), { timeoutMs: 15_000 });
    const [[old], [fresh]] = [late, taken] as [[Batch], [Batch]];
    expect(fresh.epoch > old.epoch).toBe(true);
    await eventually(() => expect(old.signal.aborted).toBe(true), { timeoutMs: 5000 });
    proxy.set({ kind: 'none' });
    await expect(silent.commit(old.partition, 1n)).rejects.toMatchObject({ kind: 'conflict' });
    await expect(old.deadLetter(old.messages[0] as Message, 'late')).rejects.toMatchObject({
      kind: 'conflict',
    });
    finish();
    await eventually(async () => expect(await direct.lag(TOPIC, 'readers')).toBe(0));
  });

  it('refuses the commit of an owner that was stopped and does not know yet', async () => {
    const direct = await bench.openWithTopic(2);
    const batches: Batch[] = [];
    const owner = await log.subscribe({
      topic: TOPIC,
      group: 'readers',
      maxBatch: 1,
      handle: async (batch) => (batches.push(batch), { commitTo: 0n }),
    });
    await appendNumbers(direct, 1);
    await eventually(() => expect(batches).toHaveLength(1));
    // As an operator would remove it: its generation is over without a word to it.
    await bench.expel('readers', await bench.members('readers'));
    await expect(owner.commit(batches[0]?.partition ?? 0, 1n)).rejects.toMatchObject({ kind: 'conflict' });
    await eventually(() => expect(batches[0]?.signal.aborted).toBe(true));
    await eventually(() => expect(batches).toHaveLength(2), { timeoutMs: 10_000 });
  });
});

describe('kafkas://', () => {
  it('speaks TLS to a broker of a private authority, and to no other', async () => {
    using folder = temporaryFolder();
    const [key, cert] = [join(folder.path, 'key.pem'), join(folder.path, 'cert.pem')];
    const subject = ['-subj', '/CN=broker', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const request = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      ...subject,
    ];
    execFileSync('openssl', request, { stdio: 'ignore' });
    const { port, targetPort } = realStores.kafkaBehindProxy;
    const pems = { key: readFileSync(key), cert: readFileSync(cert) };
    const server = createServer(pems, (client) => {
      const broker = connect(targetPort, '127.0.0.1').on('error', () => client.destroy());
      client
        .on('error', () => broker.destroy())
        .pipe(broker)
        .pipe(client);
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const bench = new KafkaBench();
    try {
      const url = bench.proxiedUrl.replace('kafka:', 'kafkas:');
      const log = await bench.openWithTopic(1, `${url}&ca=${cert}`);
      await appendNumbers(log, 2);
      expect((await log.read(TOPIC, 0, 0n, 10)).map(text)).toEqual(['0', '1']);
      await expect(bench.open(url)).rejects.toMatchObject({ kind: 'unavailable' });
    } finally {
      await bench.clean();
      server.close();
    }
  });
});
