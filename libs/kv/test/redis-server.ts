import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { eventually, freePort } from '@storey/testing';

/** A server for one suite, to be turned into whatever a fault wants. On the host's network, so that nodes find each other. */
export class RedisServer implements AsyncDisposable {
  private constructor(
    private readonly container: StartedTestContainer,
    readonly port: number,
  ) {}

  static async start(image: string, ...options: readonly string[]): Promise<RedisServer> {
    const port = await freePort();
    const container = await new GenericContainer(image)
      .withNetworkMode('host')
      .withCommand(['redis-server', '--port', `${port}`, '--bind', '127.0.0.1', '--save', '', ...options])
      .withWaitStrategy(Wait.forLogMessage('Ready to accept connections'))
      .start();
    return new RedisServer(container, port);
  }

  /** What `redis-cli` says to `command`. */
  async cli(...command: readonly string[]): Promise<string> {
    const { output, exitCode } = await this.container.exec(['redis-cli', '-p', `${this.port}`, ...command]);
    if (exitCode !== 0) throw new Error(`redis-cli ${command.join(' ')}: ${output}`);
    return output.trim();
  }

  /** @throws until this node knows of all others, which those that created the cluster do not wait for. */
  async expectCluster(): Promise<void> {
    const info = await this.cli('CLUSTER', 'INFO');
    if (!info.includes('cluster_state:ok')) throw new Error(info);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.container.stop({ timeout: 0 });
  }
}

/** Three masters. */
export async function startRedisCluster(image: string): Promise<readonly RedisServer[]> {
  const options = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
  const servers = await Promise.all([1, 2, 3].map(() => RedisServer.start(image, ...options)));
  const nodes = servers.map(({ port }) => `127.0.0.1:${port}`);
  await servers[0]?.cli('--cluster', 'create', ...nodes, '--cluster-yes');
  await Promise.all(servers.map((server) => eventually(() => server.expectCluster())));
  return servers;
}
