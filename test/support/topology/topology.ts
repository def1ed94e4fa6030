import { describe, it } from '@jest/globals';

/**
 * Where the suites run, by TOPOLOGY:
 * - `embedded`: one process with all in its folder, as `npm start` has it;
 * - `stores`: one process on MySQL, Redis, Kafka and Elasticsearch, whose TEST_…_URLs are given;
 * - `compose`: the containers of docker-compose.yml, of which COMPOSE_URL and COMPOSE_SECOND_URL are the doors. All
 *   files share them.
 */
export const TOPOLOGIES = ['embedded', 'stores', 'compose'] as const;
export type Topology = (typeof TOPOLOGIES)[number];

export const topology: Topology = chosen(process.env['TOPOLOGY'] || 'embedded');

function chosen(name: string): Topology {
  const found = TOPOLOGIES.find((each) => each === name);
  if (!found) throw new Error(`TOPOLOGY is one of ${TOPOLOGIES.join(', ')}, not ${name}.`);
  return found;
}

/** How long a test may take that starts the product anew: nine containers on a small machine take their time. */
export const RESTART_MS = topology === 'compose' ? 240_000 : 60_000;

export interface Suite {
  readonly it: typeof it;
  readonly describe: typeof describe;
}

/** For what makes sense on some topologies only; elsewhere it is shown as skipped. @param _reason is for the reader. */
export const onlyOn = (topologies: readonly Topology[], _reason: string): Suite =>
  topologies.includes(topology)
    ? { it, describe }
    : { it: it.skip as typeof it, describe: describe.skip as typeof describe };

/** For what looks into the files of the embedded adapters, or plans a fault inside them. */
export const embeddedOnly = (reason: string): Suite => onlyOn(['embedded'], reason);

/** For what needs a process of its own: its signals, its output, its settings. */
export const ownProcessOnly = (reason: string): Suite => onlyOn(['embedded', 'stores'], reason);
