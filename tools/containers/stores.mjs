import { GenericContainer, Wait } from 'testcontainers';
import { imageOf } from './images.mjs';
import { freePorts } from './ports.mjs';

/**
 * One set of real stores for one run of suites. Each is { env, start }: `start` gives the variables that suites read
 * (see `realStores` in libs/testing) and a way to stop it.
 */
export const STORES = {
  mysql: startMysql,
  redis: startRedis,
  kafka: startKafka,
  elasticsearch: startElasticsearch,
};

/** Starts the stores named, side by side. @returns {Promise<{env: Record<string, string>, stop: () => Promise<void>}>} */
export async function startStores(names = Object.keys(STORES)) {
  const settled = await Promise.allSettled(names.map((name) => STORES[name]()));
  const started = settled.filter(({ status }) => status === 'fulfilled').map(({ value }) => value);
  const stop = async () => {
    await Promise.all(started.map(({ container }) => container.stop({ timeout: 0 })));
  };
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return { env: Object.assign({}, ...started.map(({ env }) => env)), stop };
}

async function startMysql() {
  const container = await new GenericContainer(imageOf('mysql'))
    .withEnvironment({ MYSQL_ROOT_PASSWORD: 'root', MYSQL_DATABASE: 'storey' })
    .withCommand([
      '--max-connections=400',
      '--innodb-buffer-pool-size=128M',
      '--skip-log-bin',
      // Suites make and drop some ten thousand tables.
      '--innodb-file-per-table=OFF',
      '--innodb-stats-persistent=OFF',
      '--innodb-doublewrite=OFF',
    ])
    .withTmpFs({ '/var/lib/mysql': 'rw,size=2g' })
    // Its data lies in memory, too, and every suite makes databases of its own.
    .withResourcesQuota({ memory: 3.5 })
    .withExposedPorts(3306)
    .withWaitStrategy(Wait.forLogMessage(/ready for connections.*port: 3306/))
    .withStartupTimeout(180_000)
    .start();
  return {
    container,
    env: { TEST_MYSQL_URL: `mysql://root:root@127.0.0.1:${container.getMappedPort(3306)}` },
  };
}

async function startRedis() {
  const container = await new GenericContainer(imageOf('redis'))
    .withCommand(['redis-server', '--save', '', '--maxmemory-policy', 'noeviction'])
    .withExposedPorts(6379)
    .withWaitStrategy(Wait.forLogMessage('Ready to accept connections'))
    .start();
  return { container, env: { TEST_REDIS_URL: `redis://127.0.0.1:${container.getMappedPort(6379)}` } };
}

/** A broker tells its clients where to find it, so its ports are chosen before it starts. */
async function startKafka() {
  const [direct, proxied, behindProxy] = await freePorts(3);
  const container = await new GenericContainer(imageOf('kafka'))
    .withEnvironment(kafkaSettings({ direct, proxied }))
    .withResourcesQuota({ memory: 1 })
    .withExposedPorts({ container: 9092, host: direct }, { container: 9094, host: behindProxy })
    .withWaitStrategy(Wait.forLogMessage('Kafka Server started'))
    .withStartupTimeout(120_000)
    .start();
  const env = {
    TEST_KAFKA_URL: `kafka://127.0.0.1:${direct}`,
    TEST_KAFKA_PROXIED: `${proxied}>${behindProxy}`,
  };
  return { container, env };
}

const kafkaSettings = ({ direct, proxied }) => ({
  KAFKA_NODE_ID: '1',
  KAFKA_PROCESS_ROLES: 'broker,controller',
  KAFKA_LISTENERS: 'DIRECT://:9092,PROXIED://:9094,BROKER://:19092,CONTROLLER://:9093',
  KAFKA_ADVERTISED_LISTENERS: `DIRECT://127.0.0.1:${direct},PROXIED://127.0.0.1:${proxied},BROKER://localhost:19092`,
  KAFKA_INTER_BROKER_LISTENER_NAME: 'BROKER',
  KAFKA_LISTENER_SECURITY_PROTOCOL_MAP:
    'CONTROLLER:PLAINTEXT,DIRECT:PLAINTEXT,PROXIED:PLAINTEXT,BROKER:PLAINTEXT',
  KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
  KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
  KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
  KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '4',
  KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
  KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
  KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
  KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
  KAFKA_HEAP_OPTS: '-Xmx512m',
});

async function startElasticsearch() {
  const container = await new GenericContainer(imageOf('elasticsearch'))
    .withEnvironment({
      'discovery.type': 'single-node',
      'xpack.security.enabled': 'false',
      ES_JAVA_OPTS: '-Xms512m -Xmx512m',
    })
    // Its data lies in memory, too, and every suite makes databases of its own.
    .withResourcesQuota({ memory: 3.5 })
    .withExposedPorts(9200)
    .withWaitStrategy(Wait.forHttp('/_cluster/health', 9200).forStatusCode(200))
    .withStartupTimeout(180_000)
    .start();
  return {
    container,
    env: { TEST_ELASTICSEARCH_URL: `http://127.0.0.1:${container.getMappedPort(9200)}` },
  };
}
