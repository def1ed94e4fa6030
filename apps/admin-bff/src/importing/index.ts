import { join, resolve } from 'node:path';
import { type Provider } from '@nestjs/common';
import { type Platform } from '@storey/service';
import { Services } from '../services.js';
import { ImportRunner } from './import-runner.js';
import { ImportStates } from './import-state.js';
import { ImportTarget } from './import-target.js';
import { IMPORT_SPACE, ImportsController, fileOf, type ImportSpace } from './imports.http.js';

export const importControllers = [ImportsController];

export function importProviders({ ports, clock, random, config, logger }: Platform): Provider[] {
  const space: ImportSpace = { folder: join(resolve(config.dataDir), 'imports'), random };
  const states = new ImportStates(ports.kvState);
  return [
    { provide: IMPORT_SPACE, useValue: space },
    { provide: ImportStates, useValue: states },
    {
      provide: ImportRunner,
      inject: [Services],
      useFactory: ({ accounts, comments }: Services) =>
        new ImportRunner({ target: new ImportTarget(accounts, comments), states, clock, logger }),
    },
  ];
}

/** Goes on with what a restart interrupted. */
export async function resumeImports(
  runner: ImportRunner,
  states: ImportStates,
  space: ImportSpace,
): Promise<void> {
  for (const id of await states.running()) {
    const state = await states.get(id);
    if (state) runner.begin(state, fileOf(space, id));
  }
}

export { IMPORT_SPACE, ImportRunner, ImportStates };
