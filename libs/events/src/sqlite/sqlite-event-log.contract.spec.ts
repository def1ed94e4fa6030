import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeEventLog } from '../event-log.contract.js';
import { openEventLog } from '../index.js';

describeEventLog('sqlite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'storey-events-'));
  return {
    open: (options) => openEventLog(`sqlite:${folder}/log.db`, options),
    dispose: () => rm(folder, { recursive: true }),
  };
});
