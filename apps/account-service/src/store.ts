import {
  ImportPeople,
  Points,
  Sagas,
  Sessions,
  SigningKeys,
  Tips,
  Users,
  type AccountDb,
} from '@storey/account';
import { type Sql } from '@storey/sql';

/** The account database: its transactions and its tables. */
export class Store {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly signingKeys: SigningKeys;
  readonly importPeople = new ImportPeople();
  readonly points = new Points();
  readonly tips: Tips;
  readonly sagas: Sagas;

  constructor(readonly sql: Sql<AccountDb>) {
    this.users = new Users(sql);
    this.sessions = new Sessions(sql);
    this.signingKeys = new SigningKeys(sql);
    this.tips = new Tips(sql);
    this.sagas = new Sagas(sql);
  }
}
