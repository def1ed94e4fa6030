import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import {
  Answers,
  Authored,
  CaseFiles,
  CACHE_NAMES,
  Comments,
  EVENTS_TOPIC,
  HotEpochs,
  Imports,
  Listings,
  Notifications,
  Rankings,
  Reactions,
  Subjects,
  WorkPaces,
  Tips,
  Worklists,
} from '@storey/comment';
import { DeadLetters } from '@storey/outbox';
import { rpcErrors } from '@storey/rpc';
import { observePaces } from '@storey/service';
import { BackfillRequests } from './backfill/backfill-requests.js';
import { observeBackfill } from './backfill/observe-backfill.js';
import { DeadLettersGrpc } from './dead-letters/dead-letters.grpc.js';
import { EraseComments } from './erasing/erase-comments.js';
import { ErasingGrpc } from './erasing/erasing.grpc.js';
import { type Ground } from './ground.js';
import { GivenIds } from './importing/given-ids.js';
import { ImportComments } from './importing/import-comments.js';
import { ImportingGrpc } from './importing/importing.grpc.js';
import { CommandLog } from './intake/command-log.js';
import { Idempotency } from './intake/idempotency.js';
import { Overlays } from './intake/overlays.js';
import { FloorWalk } from './listing/floor-walk.js';
import { GetComment } from './listing/get-comment.js';
import { HotWalk } from './listing/hot-walk.js';
import { InspectComment } from './listing/inspect-comment.js';
import { ListComments } from './listing/list-comments.js';
import { ListReplies } from './listing/list-replies.js';
import { Lists } from './listing/lists.js';
import { ListingGrpc } from './listing/listing.grpc.js';
import { RankingReader } from './listing/ranking-reader.js';
import { Walks } from './listing/walks.js';
import { Decide } from './moderation/decide.js';
import { ListQueue } from './moderation/list-queue.js';
import { ListReports } from './moderation/list-reports.js';
import { ModerationGrpc } from './moderation/moderation.grpc.js';
import { Report } from './moderation/report.js';
import { ReportedWalks } from './moderation/reported-walks.js';
import { CountUnread } from './notifications/count-unread.js';
import { ListNotifications } from './notifications/list-notifications.js';
import { NotificationsGrpc } from './notifications/notifications.grpc.js';
import { Pin } from './pinning/pin.js';
import { PinningGrpc } from './pinning/pinning.grpc.js';
import { Delete } from './posting/delete.js';
import { Drafts } from './posting/drafts.js';
import { Edit } from './posting/edit.js';
import { PostingRules } from './posting/posting-rules.js';
import { PostingGrpc } from './posting/posting.grpc.js';
import { Publish } from './posting/publish.js';
import { React } from './reactions/react.js';
import { ReactionsGrpc } from './reactions/reactions.grpc.js';
import { IndexWalk } from './searching/index-walk.js';
import { ListWalk } from './searching/list-walk.js';
import { SearchComments } from './searching/search-comments.js';
import { SearchingGrpc } from './searching/searching.grpc.js';
import { ChangeSubject } from './subjects/change-subject.js';
import { CountSubjects } from './subjects/count-subjects.js';
import { GetSubject } from './subjects/get-subject.js';
import { SubjectsGrpc } from './subjects/subjects.grpc.js';
import { EndTip } from './tipping/end-tip.js';
import { TippingGrpc } from './tipping/tipping.grpc.js';
import { TryTip } from './tipping/try-tip.js';
import { lastingCaches } from './viewing/lasting-caches.js';
import { Records } from './viewing/records.js';
import { ViewComments } from './viewing/view-comments.js';
import { ViewingGrpc } from './viewing/viewing.grpc.js';
import { Views } from './viewing/views.js';
import { rankingsUnlessAway } from './viewing/watched-sources.js';
import { WatchSubject } from './watching/watch-subject.js';
import { WatchingGrpc } from './watching/watching.grpc.js';

/** The composition root. */
@Module({})
export class AppModule {
  static with(ground: Ground): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        PostingGrpc,
        ReactionsGrpc,
        ListingGrpc,
        ViewingGrpc,
        SubjectsGrpc,
        WatchingGrpc,
        NotificationsGrpc,
        ImportingGrpc,
        SearchingGrpc,
        PinningGrpc,
        ModerationGrpc,
        TippingGrpc,
        ErasingGrpc,
        DeadLettersGrpc,
      ],
      providers: [rpcErrors, ...useCases(ground)],
    };
  }
}

/** What the controllers call. The plain classes below know nothing of Nest: here alone they meet. */
function useCases(ground: Ground): Provider[] {
  const { platform, logger, sql, database } = ground;
  const { clock } = platform;
  const comments = new Comments(sql);
  const overlays = new Overlays(platform.ports.kvState, logger, clock);
  const caches = lastingCaches(ground.caches, ground);
  const hotCaches = lastingCaches({ ...ground.caches, ...ground.hot.caches }, ground);
  const { ids: existing } = ground.existence;
  const reactions = new Reactions(sql);
  const sources = { comments, reactions, existing, database };
  const records = new Records({ caches, ...sources });
  const hotRecords = new Records({ caches: hotCaches, ...sources });
  const views = new Views(overlays, records, clock);
  const { ports } = platform;
  const paces = new WorkPaces(ports.events, clock);
  observePaces(paces, platform.metrics.forApp('comment-service'));
  const log = new CommandLog({ ...ground, overlays, clock, paces });
  const notifications = new Notifications(sql);
  return [
    value(Edit, new Edit(views, records, log)),
    value(Delete, new Delete(views, records, log)),
    value(React, new React(views, records, log)),
    value(Publish, publish(ground, views, records, log)),
    ...listing(ground, views, records),
    value(GetComment, new GetComment(views, records)),
    value(ViewComments, new ViewComments(views, hotRecords, clock)),
    value(InspectComment, new InspectComment(views, comments, new CaseFiles(sql), clock)),
    value(Pin, new Pin(views, records, log)),
    ...moderation(ground, views, records, log),
    searching(ground, comments, records),
    value(CountSubjects, new CountSubjects(records)),
    value(Subjects, new Subjects(sql)),
    value(GetSubject, new GetSubject(views, records)),
    value(ChangeSubject, new ChangeSubject(views, records, log)),
    value(WatchSubject, new WatchSubject(ports.events, ground.feed, EVENTS_TOPIC)),
    value(DeadLetters, DeadLetters.over(sql, clock)),
    value(Notifications, notifications),
    value(ListNotifications, new ListNotifications(views, records, notifications, reactions)),
    value(CountUnread, new CountUnread(views, notifications)),
    ...tipping(ground, records),
    value(EraseComments, new EraseComments(new Authored(sql), log, ports.events)),
    value(ImportComments, new ImportComments(new Imports(sql), comments, new GivenIds(ports.kvState), log)),
  ];
}

function publish(
  { platform, sql, logger, memory }: Ground,
  views: Views,
  records: Records,
  log: CommandLog,
): Publish {
  const { ports, clock, config } = platform;
  const answers = new Answers(sql);
  const idempotency = new Idempotency({ kv: ports.kvState, answers, memory, clock, logger });
  const rules = PostingRules.standard(ports.kvState, config.limits === 'on');
  return new Publish(idempotency, new Drafts(views, records), rules, log);
}

function listing(ground: Ground, views: Views, records: Records): Provider[] {
  const { platform, logger, sql, database } = ground;
  const { ports, clock } = platform;
  const backfill = new BackfillRequests(ports.events, clock, logger);
  observeBackfill(backfill, platform.metrics.forApp('comment-service'));
  const onNear = (id: string): void => backfill.ask(CACHE_NAMES.places, [id]);
  const { places } = lastingCaches(ground.caches, ground);
  const lists = new Lists(places, new Listings(sql), { onNear });
  const byFloor = new FloorWalk(lists);
  const epochs = new HotEpochs(ports.kvState, clock, rankingsUnlessAway(new Rankings(sql), database));
  const hot = new HotWalk(lists, new RankingReader(epochs, backfill), byFloor);
  const walks = new Walks(byFloor, hot);
  return [
    value(ListComments, new ListComments(views, records, lists, walks)),
    value(ListReplies, new ListReplies(views, records, lists, walks)),
  ];
}

function tipping({ platform, sql, ids }: Ground, records: Records): Provider[] {
  const { clock, faultPoint } = platform;
  const tips = new Tips(sql);
  return [
    value(TryTip, new TryTip({ tips, records, clock, faultPoint })),
    value(EndTip, new EndTip({ tips, ids, clock, faultPoint })),
  ];
}

function moderation({ platform, sql }: Ground, views: Views, records: Records, log: CommandLog): Provider[] {
  const { ports, clock, random } = platform;
  const worklists = new Worklists(sql);
  const walks = new ReportedWalks(worklists, ports.kvState, random);
  const decide = new Decide(views, records, log);
  const help = 'Decisions of moderators that were accepted, by what was decided';
  const metrics = platform.metrics.forApp('comment-service');
  metrics.counted('storey_comment_decisions_total', help, 'decision', () => ({ ...decide.counts }));
  return [
    value(Report, new Report(views, records, log)),
    value(Decide, decide),
    value(ListQueue, new ListQueue(views, records, worklists, clock)),
    value(ListReports, new ListReports(views, records, walks, clock)),
  ];
}

function searching({ platform, sql, search }: Ground, comments: Comments, records: Records): Provider {
  const index = new IndexWalk(search, comments);
  const list = new ListWalk(new Listings(sql), records);
  return value(SearchComments, new SearchComments(index, list, platform.clock));
}

const value = <T>(provide: Type<T>, useValue: T): Provider => ({ provide, useValue });
