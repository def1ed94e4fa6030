import { Module, type DynamicModule } from '@nestjs/common';
import { CursorSealer } from '@storey/auth';
import { Kv } from '@storey/kv';
import { type Platform } from '@storey/service';
import { Services } from './services.js';

/** The composition root: every capability brings its controllers and what they stand on. */
@Module({})
export class AppModule {
  static with(platform: Platform): DynamicModule {
    return {
      module: AppModule,
      controllers: [],
      providers: [
        { provide: Services, useValue: new Services(platform.ports.rpc) },
        { provide: CursorSealer, useValue: platform.cursors },
        { provide: Kv, useValue: platform.ports.kvState },
      ],
    };
  }
}
