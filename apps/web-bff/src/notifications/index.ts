import { type Type } from '@nestjs/common';
import { NotificationsController } from './notifications.http.js';

/** Stands on the providers of comments. */
export const notificationControllers: Type<unknown>[] = [NotificationsController];
