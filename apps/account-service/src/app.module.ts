import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { Clock } from '@storey/context';
import { Kv } from '@storey/kv';
import { rpcErrors } from '@storey/rpc';
import { Deletion } from './deletion/deletion.js';
import { DeletionRpc } from './deletion/deletion.rpc.js';
import { type Ground } from './ground.js';
import { KeyRing } from './keys/key-ring.js';
import { KeysRpc } from './keys/keys.rpc.js';
import { AttemptLimits } from './limits/attempt-limits.js';
import { GuardedPasswords } from './passwords/guarded-passwords.js';
import { Passwords } from './passwords/passwords.js';
import { FindUsers } from './profile/find-users.js';
import { PointsRpc } from './points/points.rpc.js';
import { Visit } from './points/visit.js';
import { MyProfile } from './profile/my-profile.js';
import { ProfileRpc } from './profile/profile.rpc.js';
import { EnsureUsers } from './registration/ensure-users.js';
import { Register } from './registration/register.js';
import { RegistrationRpc } from './registration/registration.rpc.js';
import { RolesRpc } from './roles/roles.rpc.js';
import { SetRoles } from './roles/set-roles.js';
import { ChangePassword } from './sessions/change-password.js';
import { Login } from './sessions/login.js';
import { Logout } from './sessions/logout.js';
import { Refresh } from './sessions/refresh.js';
import { RevocationNews } from './sessions/revocation-news.js';
import { RevocationsRpc } from './sessions/revocations.rpc.js';
import { SessionIssuer } from './sessions/session-issuer.js';
import { SessionsRpc } from './sessions/sessions.rpc.js';
import { Sources } from './sources.js';
import { Store } from './store.js';
import { GiveTip } from './tips/give-tip.js';
import { type Tipping } from './tips/tipping.js';
import { TipsRpc } from './tips/tips.rpc.js';

const useCases: Provider[] = [
  Register,
  EnsureUsers,
  Login,
  Refresh,
  Logout,
  ChangePassword,
  MyProfile,
  FindUsers,
  SetRoles,
  Visit,
];

/** The composition root. */
@Module({})
export class AppModule {
  static with(
    { store, sources, passwords, limits, kv }: Ground,
    { giving }: Tipping,
    deletionOf: (news: RevocationNews) => Deletion,
  ): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        RegistrationRpc,
        SessionsRpc,
        RevocationsRpc,
        KeysRpc,
        ProfileRpc,
        RolesRpc,
        PointsRpc,
        TipsRpc,
        DeletionRpc,
      ],
      providers: [
        rpcErrors,
        { provide: Store, useValue: store },
        { provide: Sources, useValue: sources },
        { provide: Clock, useValue: sources.clock },
        { provide: Passwords, useValue: passwords },
        { provide: AttemptLimits, useValue: limits },
        { provide: Kv, useValue: kv },
        { provide: GiveTip, useValue: giving },
        GuardedPasswords,
        KeyRing,
        SessionIssuer,
        RevocationNews,
        { provide: Deletion, useFactory: deletionOf, inject: [RevocationNews] },
        ...useCases,
      ],
    };
  }
}
