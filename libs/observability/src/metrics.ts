import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

interface Reader {
  readonly app: string;
  readonly read: () => Iterable<readonly [Labels, number]>;
}

/**
 * What the process counts, read by Prometheus. Every metric carries an `app` label, so that one process may hold
 * several apps. Asking twice for the same name gives the same metric.
 */
export class Metrics {
  readonly #registry: Registry;
  readonly #app: string;
  /** Of all apps of the process. */
  readonly #readers: Map<string, Reader[]>;

  private constructor(registry: Registry, app: string, readers: Map<string, Reader[]>) {
    this.#registry = registry;
    this.#app = app;
    this.#readers = readers;
  }

  /** One per process; `defaults` adds the runtime's own (CPU, memory, event loop). */
  static create({ defaults = true } = {}): Metrics {
    const registry = new Registry();
    if (defaults) collectDefaultMetrics({ register: registry });
    return new Metrics(registry, 'process', new Map());
  }

  forApp(app: string): Metrics {
    return new Metrics(this.#registry, app, this.#readers);
  }

  /** @param labels names of further labels besides `app`; their values must be few. */
  counter(
    name: string,
    help: string,
    labels: readonly string[] = [],
  ): { add(n?: number, labels?: Labels): void } {
    const metric = this.#existing(name, Counter) ?? new Counter({ ...this.#options(name, help, labels) });
    return { add: (n = 1, values = {}) => metric.inc({ ...values, app: this.#app }, n) };
  }

  gauge(
    name: string,
    help: string,
    labels: readonly string[] = [],
  ): { set(value: number, labels?: Labels): void } {
    const metric = this.#existing(name, Gauge) ?? new Gauge({ ...this.#options(name, help, labels) });
    return { set: (value, values = {}) => metric.set({ ...values, app: this.#app }, value) };
  }

  /** Observes seconds, in buckets from 1 ms to 10 s. */
  histogram(
    name: string,
    help: string,
    labels: readonly string[] = [],
  ): { observe(seconds: number, labels?: Labels): void } {
    const metric =
      this.#existing(name, Histogram) ??
      new Histogram({ ...this.#options(name, help, labels), buckets: BUCKETS });
    return { observe: (seconds, values = {}) => metric.observe({ ...values, app: this.#app }, seconds) };
  }

  /**
   * What somebody counts for himself, read when Prometheus asks.
   * @param read gives every value with its labels; must not throw.
   */
  observed(
    name: string,
    help: string,
    labels: readonly string[],
    read: () => Iterable<readonly [Labels, number]>,
  ): void {
    const readers = this.#readers.get(name) ?? [];
    readers.push({ app: this.#app, read });
    if (readers.length > 1) return;
    this.#readers.set(name, readers);
    new Gauge({
      ...this.#options(name, help, labels),
      collect() {
        this.reset(); // what is told no more is gone
        for (const { app, read: values } of readers) {
          for (const [own, value] of values()) this.set({ ...own, app }, value);
        }
      },
    });
  }

  /** As `observed`, of counts by what became of what is counted: the member's name is the value of `label`. */
  counted(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>): void {
    this.observed(name, help, [label], () =>
      Object.entries(read()).map(([value, count]) => [{ [label]: value }, count] as const),
    );
  }

  /** Prometheus text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #options(name: string, help: string, labels: readonly string[]) {
    return { name, help, labelNames: ['app', ...labels], registers: [this.#registry] };
  }

  #existing<T>(name: string, type: new (...args: never[]) => T): T | undefined {
    const metric: unknown = this.#registry.getSingleMetric(name);
    if (metric !== undefined && !(metric instanceof type))
      throw new Error(`metric ${name} exists with another type`);
    return metric;
  }
}

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
