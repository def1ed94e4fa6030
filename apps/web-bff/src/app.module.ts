import { Module, type DynamicModule } from '@nestjs/common';
import { CursorSealer, InternalTokens } from '@storey/auth';
import { Clock } from '@storey/context';
import { Kv } from '@storey/kv';
import { type Platform } from '@storey/service';
import { accountControllers } from './accounts/index.js';
import { commentControllers, commentProviders } from './comments/index.js';
import { historyControllers } from './history/index.js';
import { notificationControllers } from './notifications/index.js';
import { Services } from './services.js';

/** The composition root: every capability brings its controllers and what they stand on. */
@Module({})
export class AppModule {
  static with(platform: Platform): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        ...accountControllers,
        ...commentControllers,
        ...notificationControllers,
        ...historyControllers,
      ],
      providers: [
        { provide: Services, useValue: new Services(platform.ports.rpc) },
        { provide: CursorSealer, useValue: platform.cursors },
        { provide: InternalTokens, useValue: platform.tokens },
        { provide: Kv, useValue: platform.ports.kvState },
        { provide: Clock, useValue: platform.clock },
        ...commentProviders,
      ],
    };
  }
}
