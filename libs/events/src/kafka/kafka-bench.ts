import { randomUUID } from 'node:crypto';
import { realStores } from '@storey/testing';
import { type Admin, Kafka, logLevel } from 'kafkajs';

/** The real broker for one test, under a prefix of its own, seen through an administrator's eyes. */
export class KafkaBench {
  readonly prefix = `t${randomUUID().slice(0, 8)}.`;
  readonly #kafka = new Kafka({
    brokers: [new URL(realStores.kafka).host],
    logLevel: logLevel.NOTHING,
    retry: { retries: 5 },
  });

  get url(): string {
    return `${realStores.kafka}?prefix=${this.prefix}`;
  }

  async admin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  /** Removes what the test left. */
  async clean(): Promise<void> {
    await this.admin(async (admin) => {
      const mine = (name: string): boolean => name.startsWith(this.prefix);
      const topics = (await admin.listTopics()).filter(mine);
      if (topics.length > 0) await admin.deleteTopics({ topics });
      const groups = (await admin.listGroups()).groups.map(({ groupId }) => groupId).filter(mine);
      if (groups.length > 0) await admin.deleteGroups(groups);
    });
  }
}
