import { Module, type DynamicModule } from '@nestjs/common';
import { type ConfigOf } from '@storey/config';
import { StoredHistory, type HistoryDb } from '@storey/history';
import { DeadLetters } from '@storey/outbox';
import { rpcErrors } from '@storey/rpc';
import { type Platform } from '@storey/service';
import { type Sql } from '@storey/sql';
import { type config } from './config.js';
import { DeadLettersController } from './dead-letters/dead-letters.grpc.js';
import { DeleteHistory } from './deleting/delete-history.js';
import { HistoryController } from './history.grpc.js';
import { GetRecords } from './listing/get-records.js';
import { HideFromContinue } from './listing/hide-from-continue.js';
import { ListHistory } from './listing/list-history.js';
import { ListingController } from './listing/listing.grpc.js';
import { NewestFirst } from './listing/newest-first.js';
import { ShownRows } from './listing/shown-rows.js';
import { Bundler } from './reporting/bundler.js';
import { Marks } from './reporting/marks.js';
import { PublishedSnapshots } from './reporting/published-snapshots.js';
import { ReportHistory } from './reporting/report-history.js';
import { Sweeper } from './reporting/sweeper.js';
import { SettingsController } from './settings/settings.grpc.js';
import { Epoch } from './state/epoch.js';
import { KeptRecords } from './state/kept-records.js';
import { Trimming } from './state/trimming.js';
import { UserStates } from './state/user-states.js';

export type Settings = ConfigOf<typeof config>;

/** What runs beside the calls. */
export interface Background {
  readonly epoch: Epoch;
  readonly bundler: Bundler;
  readonly sweeper: Sweeper;
}

/** The composition root. */
@Module({})
export class AppModule {
  static with(
    settings: Settings,
    platform: Platform,
    sql: Sql<HistoryDb>,
  ): { readonly module: DynamicModule; readonly background: Background } {
    const { clock, random, faultPoint } = platform;
    const { kvState: kv, events } = platform.ports;
    const logger = platform.logger.child({ app: 'history-service' });
    const stored = new StoredHistory(sql);
    const kept = new KeptRecords(kv);
    const epoch = new Epoch(kv);
    const marks = new Marks(kv);
    const { historyLingerMs: lingerMs, historyBundleSize: size, historyKeptRecords: keptRecords } = settings;
    const states = new UserStates({ kv, kept, stored, epoch, clock, keptRecords });
    const bundler = new Bundler({ events, marks, clock, logger, lingerMs, size });
    const published = new PublishedSnapshots();
    const trimming = new Trimming({ kv, kept, stored, keptRecords });
    const writing = { states, kept, marks, bundler, clock };
    const newestFirst = new NewestFirst(kept, stored);
    const listing = { states, newestFirst, shown: new ShownRows(kv), clock, random };
    const module = {
      module: AppModule,
      controllers: [HistoryController, ListingController, SettingsController, DeadLettersController],
      providers: [
        rpcErrors,
        { provide: UserStates, useValue: states },
        { provide: DeadLetters, useValue: DeadLetters.over(sql, clock) },
        {
          provide: ReportHistory,
          useValue: new ReportHistory({ ...writing, published, trimming, faultPoint }),
        },
        { provide: DeleteHistory, useValue: new DeleteHistory({ ...writing, kv }) },
        { provide: HideFromContinue, useValue: new HideFromContinue(writing) },
        { provide: GetRecords, useValue: new GetRecords({ states, kept, stored, clock }) },
        { provide: ListHistory, useValue: new ListHistory(listing) },
      ],
    };
    const sweeper = new Sweeper({ kv, kept, marks, epoch, events, clock, logger });
    return { module, background: { epoch, bundler, sweeper } };
  }
}
