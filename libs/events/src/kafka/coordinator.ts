import { type Broker, type Cluster } from './kafkajs.js';
import { type Link } from './link.js';
import { isRefusal, STALE_COORDINATOR } from './refusals.js';

/** The broker that keeps a group, looked up once for each connection and again when it has moved. */
export class Coordinator {
  readonly #brokers = new WeakMap<Cluster, Broker>();

  /** @param topic one that the group reads: metadata without a topic would be that of all. */
  constructor(
    readonly link: Link,
    readonly groupId: string,
    readonly topic: string,
  ) {}

  run<T>(what: string, ms: number, work: (broker: Broker, cluster: Cluster) => Promise<T>): Promise<T> {
    return this.link.run(`${what} of group ${this.groupId}`, ms, async (cluster) => {
      try {
        return await work(await this.#broker(cluster), cluster);
      } catch (error) {
        if (isRefusal(error, STALE_COORDINATOR)) this.#brokers.delete(cluster);
        throw error;
      }
    });
  }

  async #broker(cluster: Cluster): Promise<Broker> {
    const known = this.#brokers.get(cluster);
    if (known) return known;
    await cluster.addMultipleTargetTopics([this.topic]); // loads the brokers, one of which it is
    const found = await cluster.findGroupCoordinator({ groupId: this.groupId });
    this.#brokers.set(cluster, found);
    return found;
  }
}
