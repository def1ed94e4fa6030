import { type People } from './profiles.js';

export interface ProfileJson {
  readonly id: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly level: number;
  readonly roles: readonly string[];
}

/** Of somebody who is not known, gone or not told in time, a person without any particulars. */
export function profileJson(id: bigint, people: People): ProfileJson {
  const user = people.users.get(id);
  return {
    id: String(id),
    displayName: personName(id, people),
    avatarUrl: user?.avatarUrl || null,
    level: user?.level ?? 0,
    roles: user?.roles ?? [],
  };
}

export const personName = (id: bigint, people: People, fallback = `User ${id}`): string =>
  people.users.get(id)?.displayName || fallback;
