import { Module, type DynamicModule } from '@nestjs/common';
import { CursorSealer } from '@storey/auth';
import { type Platform } from '@storey/service';
import { DecisionsController } from './comments/decisions.http.js';
import { InspectionController } from './comments/inspection.http.js';
import { People } from './comments/people.js';
import { SearchController } from './comments/search.http.js';
import { WorklistsController } from './comments/worklists.http.js';
import { DeadLettersController } from './dead-letters/dead-letters.http.js';
import { importControllers, importProviders } from './importing/index.js';
import { Services } from './services.js';
import { RolesController } from './users/roles.http.js';

/** The composition root. */
@Module({})
export class AppModule {
  static with(platform: Platform): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        RolesController,
        SearchController,
        InspectionController,
        DecisionsController,
        WorklistsController,
        DeadLettersController,
        ...importControllers,
      ],
      providers: [
        { provide: Services, useValue: new Services(platform.ports.rpc) },
        { provide: CursorSealer, useValue: platform.cursors },
        People,
        ...importProviders(platform),
      ],
    };
  }
}
