import { type Clock } from '@storey/context';

/** Waits for the end of `promise`, but no longer than `ms`. @returns whether it came. @throws what `promise` threw. */
export async function within(ms: number, promise: Promise<unknown>, clock: Clock): Promise<boolean> {
  const { promise: over, resolve } = Promise.withResolvers<boolean>();
  const cancel = clock.after(ms, () => resolve(false));
  try {
    return await Promise.race([promise.then(() => true), over]);
  } finally {
    cancel();
  }
}
