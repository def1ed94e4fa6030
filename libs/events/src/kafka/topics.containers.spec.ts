import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigResourceTypes } from 'kafkajs';
import { eventually } from '@storey/testing';
import { KafkaBench, TOPIC } from '../../test/kafka-bench.js';

const spec = { name: TOPIC, partitions: 2, retentionMs: 3_600_000 };

describe('topics on Kafka', () => {
  let bench: KafkaBench;
  beforeEach(() => {
    bench = new KafkaBench();
  });
  afterEach(() => bench.clean());

  const settings = (): Promise<ReadonlyMap<string, string>> =>
    bench.admin(async (admin) => {
      const resource = { type: ConfigResourceTypes.TOPIC, name: bench.prefix + TOPIC };
      const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] });
      return new Map(resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue]));
    });

  const set = (values: Readonly<Record<string, string>>): Promise<unknown> =>
    bench.admin((admin) => {
      const configEntries = Object.entries(values).map(([name, value]) => ({ name, value }));
      const resource = { type: ConfigResourceTypes.TOPIC, name: bench.prefix + TOPIC, configEntries };
      return admin.alterConfigs({ validateOnly: false, resources: [resource] });
    });

  it('are created with their dead topics by many processes at once', async () => {
    const logs = await Promise.all([1, 2, 3].map(() => bench.open()));
    await Promise.all(logs.map((log) => log.createTopics([spec])));
    const topics = (await bench.admin((admin) => admin.listTopics())).filter((name) =>
      name.startsWith(bench.prefix),
    );
    expect(topics.sort()).toEqual([bench.prefix + TOPIC, `${bench.prefix}${TOPIC}.dead`]);
    expect((await settings()).get('retention.ms')).toBe('3600000');
  });

  it('take a changed retention and keep what the operator set', async () => {
    const log = await bench.openWithTopic(2);
    await set({ 'segment.ms': '123456', 'retention.ms': '3600000' });
    await log.createTopics([{ ...spec, retentionMs: 1_000_000 }]);
    const now = await settings();
    expect([now.get('retention.ms'), now.get('segment.ms')]).toEqual(['1000000', '123456']);
  });

  it('are required where a process may not create them, and the refusal names the command', async () => {
    const log = await bench.open(bench.url, { topics: 'require' });
    await expect(log.createTopics([spec])).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'EVENTS_TOPIC_MISSING',
      message: expect.stringContaining('npm run topics'),
    });
    expect(await bench.admin((admin) => admin.listTopics())).not.toContain(bench.prefix + TOPIC);
    await bench.openWithTopic(2);
    await log.createTopics([spec]);
    await expect(log.createTopics([{ ...spec, partitions: 3 }])).rejects.toMatchObject({ kind: 'conflict' });
  });

  it('take an append of 8 MiB as one', async () => {
    const log = await bench.openWithTopic(1);
    const value = new Uint8Array(1024 * 1024 - 1);
    await log.append(
      TOPIC,
      Array.from({ length: 8 }, () => ({ key: 'k', value })),
    );
    expect(await log.endOffsets(TOPIC)).toEqual([8n]);
    expect(await log.read(TOPIC, 0, 0n, 10)).toHaveLength(1);
  });

  it('that refuse an append refuse it for certain only when it goes to one partition', async () => {
    const log = await bench.openWithTopic(2);
    await set({ 'max.message.bytes': '1000' });
    const value = new Uint8Array(2000);
    const one = { key: 'k', value };
    const several = Array.from({ length: 10 }, (_, index) => ({ key: `k${index}`, value }));
    await eventually(() => expect(log.append(TOPIC, [one])).rejects.toMatchObject({ kind: 'too_large' }));
    await expect(log.append(TOPIC, several)).rejects.toMatchObject({ kind: 'outcome_unknown' });
  });
});
