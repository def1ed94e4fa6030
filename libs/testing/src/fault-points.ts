import { type FaultPoint } from '@storey/context';

export type FaultAction = 'kill' | 'stop' | 'throw';

interface Plan {
  readonly point: string;
  /** Which hit of the point acts, from 1. */
  readonly nth: number;
  readonly action: FaultAction;
}

export interface FaultPointsOptions {
  /** `<point>:<nth>[:kill|stop|throw]`, several separated by commas; empty or absent: none. Default action: kill. */
  readonly killAt?: string | undefined;
  /** A production process never has fault points: any text is refused then. */
  readonly production: boolean;
  /** Sends a signal to this process. For tests. */
  readonly signal?: (name: 'SIGKILL' | 'SIGSTOP') => void;
}

/** What a fault point with action `throw` throws; not an AppError, as a defect of ours would not be one. */
export class InjectedFault extends Error {
  constructor(readonly point: string) {
    super(`Injected at ${point}.`);
    this.name = 'InjectedFault';
  }
}

/**
 * Dies, stops or throws at the nth pass of a named point. @throws Error for text that is not a plan, or when
 * there is any in production.
 */
export function faultPoints({ killAt = '', production, signal = raise }: FaultPointsOptions): FaultPoint {
  if (killAt !== '' && production) throw new Error('KILL_AT is refused in production.');
  const plans = killAt === '' ? [] : killAt.split(',').map(parsePlan);
  const hits = new Map<string, number>();
  return (name) => {
    const nth = (hits.get(name) ?? 0) + 1;
    if (plans.length > 0) hits.set(name, nth);
    const plan = plans.find((candidate) => candidate.point === name && candidate.nth === nth);
    if (plan?.action === 'throw') throw new InjectedFault(name);
    if (plan) signal(plan.action === 'kill' ? 'SIGKILL' : 'SIGSTOP');
  };
}

function parsePlan(text: string): Plan {
  const match = /^([\w.-]+):([1-9]\d{0,8})(?::(kill|stop|throw))?$/.exec(text.trim());
  if (!match) throw new Error(`KILL_AT=${text} is not <point>:<nth>[:kill|stop|throw].`);
  const [, point = '', nth, action = 'kill'] = match;
  return { point, nth: Number(nth), action: action as FaultAction };
}

/** The signal has arrived when this returns: nothing after a fault point runs. */
function raise(name: 'SIGKILL' | 'SIGSTOP'): void {
  process.kill(process.pid, name);
}
