#!/usr/bin/env node
import { ROUNDS, figure, median, report, rounded, runInFolder } from './measure.mjs';
import { loudSubject } from './loud-subject.mjs';
import { importBeside } from './import-beside.mjs';

const COMMANDS = 5000;
/** Comments of the import; 100,000 is what the figure is meant for. */
const IMPORTED = Number(process.env.BENCH_BIG ?? 5000);

/** `npm run bench -- fairness`: how long everybody else waits beside a subject that dominates, and beside an import. */
await runInFolder(async (folder) => {
  const rounds = [];
  await loudSubject({ folder: `${folder}/warm`, commands: COMMANDS / 5, fair: true });
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const fair of [true, false]) {
      const folderOf = `${folder}/${round}-${fair}`;
      rounds.push({ fair, ...(await loudSubject({ folder: folderOf, commands: COMMANDS, fair })) });
    }
  }
  const posts = await importBeside({ folder: `${folder}/import`, comments: IMPORTED });
  const of = (fair, name) => median(rounds.filter((each) => each.fair === fair).map((each) => each[name]));
  const misplaced = rounds.reduce((sum, each) => sum + each.misplaced, 0);
  report('fairness', {
    title: `${COMMANDS} commands at once on one partition, 90 % on one subject; an import of ${IMPORTED} beside live posts`,
    rows: [
      ...[true, false].map((fair) => ({
        what: fair ? 'fair turns' : 'one queue',
        'p95 of the others, ms': rounded(of(fair, 'othersP95')),
        'p95 of the loud one, ms': rounded(of(fair, 'loudP95')),
        'commands per second': rounded(of(fair, 'perSecond')),
      })),
      ...posts.rows,
    ],
    figures: [
      figure('F1', "others' p95, fair turns to one queue", of(true, 'othersP95') / of(false, 'othersP95'), {
        must: 0.2,
        aim: 0.1,
        atMost: true,
      }),
      figure('F2', 'comments out of their order', misplaced, { must: 0, aim: 0, atMost: true }),
      figure('F3', "live posts' p95 beside an import, to that without", posts.ratio, {
        must: 2,
        aim: 1.5,
        atMost: true,
      }),
    ],
  });
});
