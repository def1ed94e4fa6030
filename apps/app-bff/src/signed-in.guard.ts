import { Injectable, type CanActivate } from '@nestjs/common';
import { requireUser } from './require-user.js';

/** Asks for a user before anything of the request is looked at. */
@Injectable()
export class SignedIn implements CanActivate {
  canActivate(): boolean {
    requireUser();
    return true;
  }
}
