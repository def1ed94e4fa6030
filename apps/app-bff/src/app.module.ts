import { Module, type DynamicModule } from '@nestjs/common';
import { CursorSealer } from '@storey/auth';
import { Logger } from '@storey/observability';
import { type Platform } from '@storey/service';
import { Services } from './services.js';
import { PostReplyController } from './v1/post-reply.http.js';
import { ReplyController } from './v1/reply.http.js';
import { HistoryBatchController } from './v2/history-batch.http.js';
import { HomeController } from './v2/home.http.js';

@Module({})
export class AppModule {
  static with(platform: Platform): DynamicModule {
    return {
      module: AppModule,
      controllers: [ReplyController, PostReplyController, HomeController, HistoryBatchController],
      providers: [
        { provide: Services, useValue: new Services(platform.ports.rpc) },
        { provide: CursorSealer, useValue: platform.cursors },
        { provide: Logger, useValue: platform.logger.child({ app: 'app-bff' }) },
      ],
    };
  }
}
