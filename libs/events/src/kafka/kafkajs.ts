import { createRequire } from 'node:module';
import { calmRequestQueue, type RequestQueue } from './request-queue.js';
import { type KafkaLocation } from './kafka-url.js';

/**
 * The one door to kafkajs. Its protocol layer (connections, metadata, codecs, SASL) is used; its consumer and producer
 * are not: they crash on a handler's TypeError, commit for a later generation, and block partitions for one another.
 * That layer is not in its types, so what is used of it stands here. The version is pinned.
 */
const require = createRequire(import.meta.url);

export interface RawRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | readonly Buffer[] | null>>;
  readonly offset: string;
  readonly timestamp: string;
  readonly isControlRecord: boolean;
}

export interface NewRecord {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** Wall clock, ms. */
  readonly timestamp: number;
}

export interface ByTopic<Partition> {
  readonly topic: string;
  readonly partitions: readonly Partition[];
}

export interface PartitionOffset {
  readonly partition: number;
  readonly offset: string;
}

interface Membership {
  readonly groupId: string;
  readonly memberId: string;
}

export interface JoinedGroup {
  readonly generationId: number;
  readonly leaderId: string;
  readonly memberId: string;
  /** To the leader only. */
  readonly members: readonly { readonly memberId: string }[];
}

export interface FetchedPartition {
  readonly partition: number;
  readonly highWatermark: string;
  readonly messages: readonly RawRecord[];
}

export interface ConfigEntry {
  readonly name: string;
  readonly value: string;
}

export interface Broker {
  readonly nodeId: number;
  readonly versions: Readonly<Record<number, { readonly maxVersion: number }>>;
  readonly connectionPool: {
    readonly pool: readonly { readonly socket?: { destroy(error: Error): void } }[];
  };
  apiVersions(): Promise<unknown>;
  produce(request: {
    acks: -1;
    timeout: number;
    topicData: readonly ByTopic<{ partition: number; messages: readonly NewRecord[] }>[];
  }): Promise<unknown>;
  fetch(request: {
    isolationLevel: 0;
    maxWaitTime: number;
    minBytes: number;
    maxBytes: number;
    topics: readonly ByTopic<{ partition: number; fetchOffset: string; maxBytes: number }>[];
  }): Promise<{ readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[] }>;
  joinGroup(request: {
    groupId: string;
    memberId: string;
    sessionTimeout: number;
    rebalanceTimeout: number;
    groupProtocols: readonly { name: string; metadata: Buffer }[];
  }): Promise<JoinedGroup>;
  syncGroup(
    request: Membership & {
      generationId: number;
      groupAssignment: readonly { memberId: string; memberAssignment: Buffer }[];
    },
  ): Promise<{ readonly memberAssignment: Buffer }>;
  heartbeat(request: Membership & { groupGenerationId: number }): Promise<unknown>;
  leaveGroup(request: Membership): Promise<unknown>;
  offsetCommit(
    request: Membership & {
      groupGenerationId: number;
      topics: readonly ByTopic<PartitionOffset & { metadata: string }>[];
    },
  ): Promise<unknown>;
  offsetFetch(request: { groupId: string; topics: readonly ByTopic<{ partition: number }>[] }): Promise<{
    readonly responses: readonly ByTopic<PartitionOffset & { readonly metadata: string | null }>[];
  }>;
  createTopics(request: {
    topics: readonly {
      topic: string;
      numPartitions: number;
      replicationFactor: number;
      configEntries: readonly ConfigEntry[];
    }[];
    timeout: number;
  }): Promise<unknown>;
  describeConfigs(request: { resources: readonly { type: 2; name: string }[] }): Promise<{
    readonly resources: readonly {
      readonly resourceName: string;
      readonly configEntries: readonly {
        readonly configName: string;
        readonly configValue: string;
        readonly configSource: number;
      }[];
    }[];
  }>;
  alterConfigs(request: {
    resources: readonly { type: 2; name: string; configEntries: readonly ConfigEntry[] }[];
  }): Promise<unknown>;
}

export interface Cluster {
  readonly brokerPool: {
    readonly brokers: Readonly<Record<string, Broker>>;
    readonly seedBroker?: Broker;
    readonly metadata: { readonly brokers: readonly unknown[] } | null;
  };
  connect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  findBroker(node: { readonly nodeId: number }): Promise<Broker>;
  findControllerBroker(): Promise<Broker>;
  findGroupCoordinator(group: { readonly groupId: string }): Promise<Broker>;
  findTopicPartitionMetadata(
    topic: string,
  ): readonly { readonly partitionId: number; readonly leader: number }[];
  fetchTopicsOffset(
    topics: readonly (ByTopic<{ partition: number }> & { readonly fromBeginning: boolean })[],
  ): Promise<readonly ByTopic<PartitionOffset>[]>;
}

export interface AssignmentCodec {
  readonly MemberMetadata: { encode(metadata: { version: number; topics: readonly string[] }): Buffer };
  readonly MemberAssignment: {
    encode(assignment: { version: number; assignment: Readonly<Record<string, readonly number[]>> }): Buffer;
    decode(buffer: Buffer): { readonly assignment: Readonly<Record<string, readonly number[]>> } | null;
  };
}

export type SocketFactory = (to: {
  readonly host: string;
  readonly port: number;
  readonly ssl?: object;
  readonly onConnect: () => void;
}) => unknown;

const { createLogger } = require('kafkajs/src/loggers') as {
  createLogger(options: { level: 0; logCreator: () => () => void }): unknown;
};
const KafkajsCluster = require('kafkajs/src/cluster') as new (options: object) => Cluster;
export const assignmentCodec = require('kafkajs/src/consumer/assignerProtocol') as AssignmentCodec;
export const defaultSockets = require('kafkajs/src/network/socketFactory') as () => SocketFactory;
const kafkajsRequestQueue = require('kafkajs/src/network/requestQueue') as {
  readonly prototype: RequestQueue;
};

calmRequestQueue(kafkajsRequestQueue.prototype);

/** Every error comes back from the call that met it; its log would only say so twice. */
const logger = createLogger({ level: 0, logCreator: () => () => undefined });

/** Set in full: under NODE_ENV=test the package has other defaults. For metadata and coordinators; nothing is sent twice. */
const retry = { retries: 4, initialRetryTime: 50, maxRetryTime: 500, factor: 0.2, multiplier: 2 };

/** @param requestMs how long the package itself waits for a lock; requests are bounded by `Link`. */
export function newCluster(
  { brokers, clientId, tls, sasl }: KafkaLocation,
  socketFactory: SocketFactory,
  { connectMs, requestMs }: { readonly connectMs: number; readonly requestMs: number },
): Cluster {
  return new KafkajsCluster({
    brokers,
    clientId,
    ssl: tls ?? null,
    sasl: sasl ?? null,
    logger,
    retry,
    socketFactory,
    connectionTimeout: connectMs,
    authenticationTimeout: connectMs,
    requestTimeout: requestMs,
    enforceRequestTimeout: false, // it costs ten timers a second a connection
    metadataMaxAge: 300_000,
    allowAutoTopicCreation: false,
    maxInFlightRequests: null,
    isolationLevel: 0,
  });
}
