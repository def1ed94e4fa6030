import { Problem } from './problem.js';

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 5000;

/** Sends again what is safe to send again, a few times, with growing pauses or those the server asks for. */
export async function patiently<T>(send: () => Promise<T>, pause = pauseFor): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof Problem) || !error.passing || attempt === ATTEMPTS) throw error;
      const asked = error.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (attempt - 1);
      await pause(Math.min(asked, LONGEST_PAUSE_MS));
    }
  }
}

const pauseFor = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Fresh for every submission, kept over its retries. `crypto.randomUUID` would want a secure context. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
