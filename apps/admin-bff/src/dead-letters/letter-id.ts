import { parseId } from '@storey/ids';
import { z } from 'zod';
import { type Domain } from './letters.js';

const OF_HISTORY = 'h';

/** Each domain numbers its letters: those of history are told apart by an `h`. */
export const letterId = (domain: Domain, id: bigint): string =>
  `${domain === 'history' ? OF_HISTORY : ''}${id}`;

export const byLetter = z.object({
  id: z.string().transform((text, context): { readonly domain: Domain; readonly id: bigint } => {
    const ofHistory = text.startsWith(OF_HISTORY);
    const id = parseId(ofHistory ? text.slice(OF_HISTORY.length) : text);
    if (id !== undefined) return { domain: ofHistory ? 'history' : 'comment', id };
    context.addIssue({ code: 'custom', message: 'must be the id of a letter' });
    return z.NEVER;
  }),
});
export type ByLetter = z.output<typeof byLetter>;
