import { Injectable } from '@nestjs/common';
import { importedDisplayName, registered, sourceHash, type AccountDb, type UserRow } from '@storey/account';
import { invalidRequest } from '@storey/errors';
import { OUTBOX_TAG, enqueue } from '@storey/outbox';
import { isUniqueViolation } from '@storey/sql';
import { type Transaction } from 'kysely';
import { atMost } from '../at-most.js';
import { Sources } from '../sources.js';
import { Store } from '../store.js';
import { newUser, type NewUser } from './new-user.js';

const MAX_SOURCE_KEY = 1_024;
/** Another import may make the same people at the same time; then they are there. */
const TRIES = 3;

export interface Person {
  readonly sourceKey: string;
  readonly displayName: string;
}

/** Users for the authors of imported comments: the same user for the same source key, whenever asked. They can't sign in. */
@Injectable()
export class EnsureUsers {
  constructor(
    private readonly store: Store,
    private readonly sources: Sources,
  ) {}

  /** @returns one user for each person, in their order. */
  async execute(people: readonly Person[]): Promise<readonly UserRow[]> {
    atMost(200, people, '/people');
    if (people.some(({ sourceKey }) => sourceKey === '' || sourceKey.length > MAX_SOURCE_KEY)) {
      throw invalidRequest([
        { path: '/people', message: 'each needs a source key of 1 to 1,024 characters' },
      ]);
    }
    const byHash = new Map(people.map((person) => [sourceHash(person.sourceKey), person]));
    const ids = await this.#ensure(byHash);
    const users = await this.store.users.byIds([...new Set(ids.values())]);
    const byId = new Map(users.map((user) => [user.id, user]));
    return people.flatMap(({ sourceKey }) => byId.get(ids.get(sourceHash(sourceKey)) ?? 0n) ?? []);
  }

  async #ensure(people: ReadonlyMap<string, Person>): Promise<ReadonlyMap<string, bigint>> {
    for (let left = TRIES; ; left -= 1) {
      try {
        return await this.store.sql.transaction((tx) => this.#missing(tx, people), { notify: OUTBOX_TAG });
      } catch (error) {
        if (!isUniqueViolation(error) || left === 1) throw error;
      }
    }
  }

  async #missing(
    tx: Transaction<AccountDb>,
    people: ReadonlyMap<string, Person>,
  ): Promise<ReadonlyMap<string, bigint>> {
    const { users, importPeople } = this.store;
    const known = await importPeople.known(tx, [...people.keys()]);
    const missing = [...people].filter(([hash]) => !known.has(hash));
    const made = new Map(missing.map(([hash, { displayName }]) => [hash, this.#make(displayName)]));
    const rows = [...made.values()];
    const ids = new Map([...made].map(([hash, { id }]) => [hash, id]));
    await users.insert(tx, rows);
    await importPeople.insert(tx, ids);
    await enqueue(
      tx,
      rows.map((row) => registered(row, row.created_at)),
      this.sources.clock,
    );
    return new Map([...known, ...ids]);
  }

  #make(name: string): NewUser {
    const id = this.sources.newUserId();
    return newUser({
      id,
      username: `guest_${id.toString(36)}`,
      display_name: importedDisplayName(name),
      password_hash: null,
      created_at: this.sources.now(),
    });
  }
}
