/** Waited for before each step of an actor: resolves when it is its turn. */
export type Step = () => Promise<void>;

export interface Play {
  /** All have started and wait at their first step, or have nothing to do. */
  readonly actors: readonly Promise<void>[];
  /** Called after each step. */
  readonly look: () => Promise<void>;
}

/**
 * Plays once in each order that the actors' steps can be taken in, from the start each time, depth first. What an actor does
 * next may depend on what it saw; between two steps nothing else may be waited for but promises and the next turn.
 * @returns how many orders there are.
 */
export async function playEveryOrder(stage: (step: Step) => Promise<Play>): Promise<number> {
  let played = 0;
  let choices: readonly Choice[] | undefined = [];
  while (choices) {
    choices = next(await playOnce(stage, choices));
    played += 1;
  }
  return played;
}

interface Choice {
  readonly taken: number;
  readonly of: number;
}

async function playOnce(
  stage: (step: Step) => Promise<Play>,
  given: readonly Choice[],
): Promise<readonly Choice[]> {
  const waiting = new Set<() => void>();
  const { actors, look } = await stage(() => new Promise((resolve) => waiting.add(resolve)));
  const made: Choice[] = [];
  await quiet();
  while (waiting.size > 0) {
    const taken = given[made.length]?.taken ?? 0;
    const go = [...waiting][taken];
    made.push({ taken, of: waiting.size });
    if (go) waiting.delete(go);
    go?.();
    await quiet();
    await look();
  }
  await Promise.all(actors);
  return made;
}

/** The last choice that could have been another one is. */
function next(choices: readonly Choice[]): readonly Choice[] | undefined {
  const at = choices.findLastIndex(({ taken, of }) => taken + 1 < of);
  const changed = choices[at];
  return changed && [...choices.slice(0, at), { taken: changed.taken + 1, of: changed.of }];
}

/** All that follows from a step has happened: a batch leaves in the next turn, the rest are promises. */
async function quiet(): Promise<void> {
  for (let i = 0; i < 2; i += 1) await new Promise((resolve) => setImmediate(resolve));
}
