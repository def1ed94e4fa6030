import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeSql } from '../sql.contract.js';

describeSql('sqlite:', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'storey-sql-'));
  return {
    url: `sqlite:${folder}/contract.db`,
    remove: () => rm(folder, { recursive: true }),
  };
});
