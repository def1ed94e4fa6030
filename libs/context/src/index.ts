export { Clock, systemClock } from './clock.js';
export { FakeClock } from './fake-clock.js';
export { Random, SeededRandom, systemRandom } from './random.js';
export { Deadline, raceAbort } from './deadline.js';
export { currentContext, newTraceId, runDetached, runInContext } from './request-context.js';
export type { Principal, Priority, RequestContext, Role } from './request-context.js';
export { noFaults } from './fault-point.js';
export type { FaultPoint } from './fault-point.js';
