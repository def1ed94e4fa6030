/** Somebody named in a text. */
export interface Mention {
  readonly userId: bigint;
  readonly username: string;
}

/** More names in one text are words. */
export const MAX_MENTIONS = 20;

/** A name behind an @ that nothing but space or punctuation stands before. */
export const MENTION = /(?<![\p{L}\p{N}_.@])@([A-Za-z0-9_]{3,32})(?![A-Za-z0-9_])/gu;

/** Usernames that a text names, folded as accounts are, each once, in order; at most {@link MAX_MENTIONS}. */
export function mentionedNames(text: string): readonly string[] {
  const names = new Set<string>();
  for (const [, name = ''] of text.matchAll(MENTION)) {
    if (names.size === MAX_MENTIONS) break;
    names.add(name.toLowerCase());
  }
  return [...names];
}

/** As they are stored. */
export const encodeMentions = (mentions: readonly Mention[]): string =>
  JSON.stringify(mentions.map(({ userId, username }) => [String(userId), username]));

export function decodeMentions(text: string): readonly Mention[] {
  const pairs = JSON.parse(text) as readonly (readonly [string, string])[];
  return pairs.map(([userId, username]) => ({ userId: BigInt(userId), username }));
}
