import { setTimeout as sleep } from 'node:timers/promises';
import { type Outcome } from '@storey/testing';
import { type Answer, type Client } from '../../support/client.js';

export interface Settled {
  /**
   * `ok` 2xx. `fail`: refused, and nothing that was sent before may have been accepted. `unknown`: refused in the
   * end, but an earlier try was cut off.
   */
  readonly outcome: Outcome;
  readonly answer: Answer;
  /** How often it was sent to somebody. */
  readonly tries: number;
}

export interface AttemptOptions {
  /** Takes a clear "not now" for an answer instead of trying again. */
  readonly givesUp?: boolean;
}

const PAUSE_MS = 40;
/** Far beyond any restart. */
const PATIENCE_MS = 60_000;

/**
 * Sends until there is an answer that means something, over any number of deaths of the server.
 * @throws Error for an answer that no client could make sense of (500 …), or none at all for a minute.
 */
export async function attempt(
  client: Client,
  send: () => Promise<Answer>,
  { givesUp = false }: AttemptOptions = {},
): Promise<Settled> {
  const end = performance.now() + PATIENCE_MS;
  let unsure = false;
  let tries = 0;
  while (performance.now() < end) {
    const { meaning, answer } = meaningOf(await hear(send));
    if (meaning !== 'nobody') tries += 1;
    if (answer && endings(givesUp && !unsure).includes(meaning))
      return { outcome: meaning === 'accepted' ? 'ok' : unsure ? 'unknown' : 'fail', answer, tries };
    unsure ||= meaning === 'lost';
    if (meaning === 'signed out') await signInAgain(client);
    await sleep(PAUSE_MS);
  }
  throw new Error('no answer for a minute');
}

type Meaning = 'accepted' | 'wrong' | 'signed out' | 'not now' | 'lost' | 'nobody';

const endings = (givesUp: boolean): readonly Meaning[] =>
  givesUp ? ['accepted', 'wrong', 'not now'] : ['accepted', 'wrong'];

const MEANINGS: Readonly<Record<string, Meaning>> = {
  COMMON_UNAVAILABLE: 'not now',
  COMMON_DEADLINE_EXCEEDED: 'not now',
  COMMON_OUTCOME_UNKNOWN: 'lost',
};

function meaningOf(heard: Answer | 'refused' | 'cut'): {
  readonly meaning: Meaning;
  readonly answer?: Answer;
} {
  if (typeof heard === 'string') return { meaning: heard === 'cut' ? 'lost' : 'nobody' };
  if (heard.status < 300) return { meaning: 'accepted', answer: heard };
  if (heard.status === 401) return { meaning: 'signed out', answer: heard };
  if (heard.status < 500) return { meaning: 'wrong', answer: heard };
  const meaning = MEANINGS[String(heard.body?.code)];
  if (!meaning) throw new Error(`answered ${heard.status}: ${heard.text}`);
  return { meaning, answer: heard };
}

/** @returns `refused` when nobody was there to send it to, `cut` when it was sent and nobody answered. */
async function hear(send: () => Promise<Answer>): Promise<Answer | 'refused' | 'cut'> {
  try {
    return await send();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    return code === 'ECONNREFUSED' ? 'refused' : 'cut';
  }
}

/**
 * Of what the network did; `undefined` for an error of another kind. `fetch` hides it in the cause; its errors are of
 * another realm than a suite's `Error`.
 */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, cause, message } = error as { code?: unknown; cause?: unknown; message?: unknown };
  if (typeof code === 'string') return code;
  return codeOf(cause) ?? (message === 'terminated' ? message : undefined);
}

async function signInAgain(client: Client): Promise<void> {
  const heard = await hear(async () => {
    await client.loginAgain();
    return { status: 200, headers: new Headers(), text: '', body: undefined };
  });
  if (typeof heard === 'string') await sleep(PAUSE_MS);
}
