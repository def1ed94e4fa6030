import { AppliedCommands, type CommentDb } from '@storey/comment';
import { type Logger, type Metrics } from '@storey/observability';
import { type Platform } from '@storey/service';
import { type Sql } from '@storey/sql';
import { Doors } from './doors.js';
import { KvMemory } from './kv-memory.js';
import { SecondDoor } from './second-door.js';
import { Unapplied } from './unapplied.js';

/** What everything that is accepted goes through. */
export interface IntakeGround {
  readonly doors: Doors;
  readonly memory: KvMemory;
  readonly unapplied: Unapplied;
}

interface Parts {
  readonly platform: Platform;
  readonly sql: Sql<CommentDb>;
  readonly logger: Logger;
}

/** Ready when either door is open: then what comes can be accepted, and what caches know be read. */
export function openIntake({ platform, sql, logger }: Parts, metrics: Metrics): IntakeGround {
  const { ports, clock, health } = platform;
  const second = new SecondDoor(sql, clock);
  const doors = new Doors({ events: ports.events, second, clock });
  const unapplied = new Unapplied({ applied: new AppliedCommands(sql), clock, logger });
  const accepted = 'Commands accepted, by the door that they came through';
  metrics.counted('storey_comment_accepted_total', accepted, 'door', () => doors.accepted);
  const watched = 'Accepted commands that were watched, by what became of them; late: not applied in 5 min';
  metrics.counted('storey_comment_watched_total', watched, 'outcome', () => ({ ...unapplied.counts }));
  health.require('comment-doors', async () => {
    await Promise.any([ports.events.ping(), sql.ping()]);
  });
  return { doors, memory: new KvMemory(ports.kvState, ports.events, second), unapplied };
}
