import { Injectable } from '@nestjs/common';
import { foldUsername, isUsername, type UserRow } from '@storey/account';
import { atMost } from '../at-most.js';
import { Store } from '../store.js';

const MAX = 200;

/** Users by what others know of them; those who don't exist are left out. */
@Injectable()
export class FindUsers {
  constructor(private readonly store: Store) {}

  byIds(ids: readonly bigint[]): Promise<readonly UserRow[]> {
    atMost(MAX, ids, '/ids');
    return this.store.users.byIds([...new Set(ids)]);
  }

  byUsernames(names: readonly string[]): Promise<readonly UserRow[]> {
    atMost(MAX, names, '/usernames');
    return this.store.users.byUsernames([...new Set(names.map(foldUsername).filter(isUsername))]);
  }
}
