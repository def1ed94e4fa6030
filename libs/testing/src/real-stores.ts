/**
 * The real stores that `npm run test:containers` started, for `*.containers.spec.ts`. Each suite keeps to a database,
 * a topic prefix or an index prefix of its own, as others run beside it.
 */
export const realStores = {
  /** Of the root user, without a database: `mysql://root:…@127.0.0.1:33060`. */
  get mysql(): string {
    return given('TEST_MYSQL_URL');
  },
  /** Without a database number. */
  get redis(): string {
    return given('TEST_REDIS_URL');
  },
  get kafka(): string {
    return given('TEST_KAFKA_URL');
  },
  /** The broker once more, for a proxy that must listen on `port` (which the broker advertises) and lead to `targetPort`. */
  get kafkaBehindProxy(): { readonly port: number; readonly targetPort: number } {
    const [port, targetPort] = given('TEST_KAFKA_PROXIED').split('>').map(Number);
    return { port: port ?? 0, targetPort: targetPort ?? 0 };
  },
  get elasticsearch(): string {
    return given('TEST_ELASTICSEARCH_URL');
  },
};

function given(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`${name} is not set: these suites run by "npm run test:containers".`);
}
