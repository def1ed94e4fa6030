import { Injectable, type CanActivate } from '@nestjs/common';
import { currentContext } from '@storey/context';
import { refusal } from './staff-only.js';

/** What moderators may not do. Asked before the request is looked at. */
@Injectable()
export class Administrators implements CanActivate {
  canActivate(): boolean {
    const refused = refusal(currentContext().principal, ['admin']);
    if (refused) throw refused;
    return true;
  }
}
