import { type Provider, type Type } from '@nestjs/common';
import { ChangingController } from './changing.http.js';
import { ListsController } from './lists.http.js';
import { Mentions } from './mentions.js';
import { pageProviders } from './pages/index.js';
import { PermalinkController } from './permalink.http.js';
import { PinsController } from './pins.http.js';
import { PostingController } from './posting.http.js';
import { Profiles } from './profiles.js';
import { ReportsController } from './reports.http.js';
import { StreamController } from './stream.http.js';
import { SubjectsController } from './subjects.http.js';
import { TipsController } from './tips.http.js';

export { HotPages, Pages, ViewedPages, observePages } from './pages/index.js';
export { Profiles } from './profiles.js';

/** What `GET`, `POST` … under `/web/v1/subjects` and `/web/v1/comments` need. */
export const commentControllers: Type<unknown>[] = [
  ListsController,
  PermalinkController,
  PostingController,
  ChangingController,
  PinsController,
  ReportsController,
  SubjectsController,
  StreamController,
  TipsController,
];

export const commentProviders: Provider[] = [Profiles, Mentions, ...pageProviders];
