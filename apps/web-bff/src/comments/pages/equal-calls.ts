import { currentContext, runInContext, type Principal, type RequestContext } from '@storey/context';

/** A call that has not left. */
interface Gathered<T> {
  context: RequestContext;
  readonly call: () => Promise<T>;
  readonly answer: PromiseWithResolvers<T>;
}

/** Since the start. */
export interface CallCounts {
  made: number;
  /** Answered along with an equal one. */
  shared: number;
}

/**
 * Equal calls on behalf of one caller within one turn of the event loop are one. It leaves when the turn is over: whatever was
 * acknowledged to any of them before he asked is older than it. The one in the greatest hurry sets its deadline, and it
 * goes on when one of them has gone.
 */
export class EqualCalls<About extends object, T> {
  readonly counts: CallCounts = { made: 0, shared: 0 };
  #gathered = new Map<About, Map<string, Gathered<T>>>();

  /** @param about what is asked for, the same object in equal calls. */
  make(about: About, call: () => Promise<T>): Promise<T> {
    const context = currentContext();
    const caller = nameOf(context.principal);
    const known = this.#gathered.get(about)?.get(caller);
    this.counts[known ? 'shared' : 'made'] += 1;
    if (!known) return this.#gather(about, caller, { context, call, answer: Promise.withResolvers<T>() });
    if (left(context) < left(known.context)) known.context = context;
    return known.answer.promise;
  }

  #gather(about: About, caller: string, gathered: Gathered<T>): Promise<T> {
    if (this.#gathered.size === 0) setImmediate(() => this.#leave());
    const ofThis = this.#gathered.get(about) ?? new Map<string, Gathered<T>>();
    this.#gathered.set(about, ofThis.set(caller, gathered));
    return gathered.answer.promise;
  }

  #leave(): void {
    const leaving = this.#gathered;
    this.#gathered = new Map();
    for (const byCaller of leaving.values()) {
      for (const { context, call, answer } of byCaller.values()) {
        const { signal: _, ...ofNobodyWhoGoes } = context;
        runInContext(ofNobodyWhoGoes, call).then(answer.resolve, answer.reject);
      }
    }
  }
}

const left = ({ deadline }: RequestContext): number => deadline?.remainingMs ?? Infinity;

const nameOf = (principal: Principal | undefined): string => {
  if (!principal) return '';
  const { userId, sessionId, level, roles } = principal;
  return `${userId} ${sessionId} ${level} ${roles.join()}`;
};
