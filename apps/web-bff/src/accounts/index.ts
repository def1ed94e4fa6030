import { type Type } from '@nestjs/common';
import { DeletionController } from './deletion.http.js';
import { JwksController } from './jwks.http.js';
import { MeController } from './me.http.js';
import { MySessionController, SessionsController } from './sessions.http.js';

/** `/auth/v1` and the JWKS. They stand on `Services` alone. */
export const accountControllers: Type<unknown>[] = [
  SessionsController,
  MySessionController,
  MeController,
  DeletionController,
  JwksController,
];
