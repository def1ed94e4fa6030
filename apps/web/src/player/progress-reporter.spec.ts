import { describe, expect, it } from '@jest/globals';
import { ProgressReporter, type ProgressReport } from './progress-reporter.js';

function setUp() {
  const clock = { ms: 1_000_000 };
  const sent: { report: ProgressReport; leaving: boolean }[] = [];
  let seq = 0;
  const reporter = new ProgressReporter(
    { duration: 90, title: 'Waves' },
    (report, leaving) => sent.push({ report, leaving }),
    () => (seq += 1),
    () => clock.ms,
  );
  return { clock, sent, reporter };
}

describe('ProgressReporter', () => {
  it('reports every five seconds of playing, not every frame', () => {
    const { clock, sent, reporter } = setUp();
    for (let frame = 0; frame <= 120; frame += 1) {
      reporter.playing(frame / 10);
      clock.ms += 100;
    }
    expect(sent.map(({ report }) => report.progress)).toEqual([0, 5, 10]);
  });

  it('counts the five seconds anew from any report', () => {
    const { clock, sent, reporter } = setUp();
    reporter.playing(0);
    clock.ms += 4000;
    reporter.report(40);
    clock.ms += 4000;
    reporter.playing(44);
    expect(sent).toHaveLength(2);
  });

  it('numbers its reports upwards and tells when they were made', () => {
    const { clock, sent, reporter } = setUp();
    reporter.report(1.9);
    clock.ms += 1;
    reporter.finished();
    expect(sent.map(({ report }) => report)).toEqual([
      expect.objectContaining({ progress: 1, seq: 1, at: '1970-01-01T00:16:40.000Z', device: 'web' }),
      expect.objectContaining({ progress: -1, seq: 2, at: '1970-01-01T00:16:40.001Z', title: 'Waves' }),
    ]);
  });

  it('marks the report of a page that goes away', () => {
    const { sent, reporter } = setUp();
    reporter.leaving(12);
    expect(sent).toMatchObject([{ leaving: true, report: { progress: 12, duration: 90 } }]);
  });
});
