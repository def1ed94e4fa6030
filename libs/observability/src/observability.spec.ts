import { describe, expect, it } from '@jest/globals';
import { runInContext } from '@storey/context';
import { Metrics, createLogger } from './index.js';

function capture(level: 'debug' | 'info' = 'info') {
  const lines: string[] = [];
  const logger = createLogger(level, { write: (line: string) => void lines.push(line) });
  return { logger, lines, entries: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('Logger', () => {
  it('keeps one entry on one line, whatever stands in the text', () => {
    const { logger, lines } = capture();
    logger.info('a\r\nb\u001b[31m ${jndi:ldap://x}', { ua: 'x\ny' });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(/[\n\r\u001b]/);
  });

  it('names the trace of the request that is running, and none outside', () => {
    const { logger, entries } = capture();
    runInContext({ traceId: 'f'.repeat(32), priority: 'critical' }, () => logger.info('inside'));
    logger.info('outside');
    expect(entries()[0]).toMatchObject({ traceId: 'f'.repeat(32) });
    expect(entries()[1]).not.toHaveProperty('traceId');
  });

  it('writes an error with its stack and the chain of causes', () => {
    const { logger, entries } = capture();
    logger.error('failed', new Error('outer', { cause: new Error('inner') }), { app: 'x' });
    expect(JSON.stringify(entries()[0])).toContain('inner');
    expect(entries()[0]).toMatchObject({ level: 'error', app: 'x' });
  });

  it('never writes a secret that was passed as a field', () => {
    const { logger, lines } = capture();
    logger.info('login', { password: 'canary-1', body: { password: 'canary-2' }, authorization: 'canary-3' });
    expect(lines.join()).not.toContain('canary');
  });
});

describe('Metrics', () => {
  it('labels every metric with its app and gives the same metric to the same name', async () => {
    const metrics = Metrics.create({ defaults: false });
    metrics.forApp('a').counter('storey_x_total', 'x', ['kind']).add(2, { kind: 'k' });
    metrics.forApp('b').counter('storey_x_total', 'x', ['kind']).add(1, { kind: 'k' });
    const text = await metrics.text();
    expect(text).toContain('storey_x_total{kind="k",app="a"} 2');
    expect(text).toContain('storey_x_total{kind="k",app="b"} 1');
  });

  it('refuses one name for two types', () => {
    const metrics = Metrics.create({ defaults: false });
    metrics.counter('storey_x', 'x');
    expect(() => metrics.gauge('storey_x', 'x')).toThrow('another type');
  });

  it('reads what somebody counts for himself when they are asked for, for each app', async () => {
    const metrics = Metrics.create({ defaults: false });
    let hits = 1;
    const help = 'Reads served by a cache';
    metrics.forApp('a').observed('reads', help, ['cache'], () => [[{ cache: 'x' }, hits]]);
    metrics.forApp('b').observed('reads', help, ['cache'], () => [[{ cache: 'x' }, 7]]);
    hits = 2;
    const text = await metrics.text();
    expect(text).toContain('reads{cache="x",app="a"} 2');
    expect(text).toContain('reads{cache="x",app="b"} 7');
  });

  it('tells no more of what is read no more', async () => {
    const metrics = Metrics.create({ defaults: false });
    let busy: readonly string[] = ['x', 'y'];
    metrics.forApp('a').observed('busy', 'Of late', ['who'], () => busy.map((who) => [{ who }, 1]));
    expect(await metrics.text()).toContain('busy{who="x",app="a"} 1');
    busy = ['y'];
    const text = await metrics.text();
    expect(text).not.toContain('who="x"');
    expect(text).toContain('busy{who="y",app="a"} 1');
  });

  it('reads counts that are named by what became of what is counted', async () => {
    const metrics = Metrics.create({ defaults: false });
    const counts = { kept: 1, dropped: 0 };
    metrics.forApp('a').counted('wishes', 'By what became of them', 'outcome', () => ({ ...counts }));
    counts.kept = 2;
    const text = await metrics.text();
    expect(text).toContain('wishes{outcome="kept",app="a"} 2');
    expect(text).toContain('wishes{outcome="dropped",app="a"} 0');
  });
});
