import { type Provider } from '@nestjs/common';
import { HotPages } from './hot-pages.js';
import { PageLoader } from './page-loader.js';
import { Pages } from './pages.js';
import { ViewedPages } from './viewed-pages.js';

export { answerPage } from './answer-page.js';
export { observePages } from './observe-pages.js';
export { HotPages, answerKept } from './hot-pages.js';
export { repliesRequest, rootsRequest } from './page-request.js';
export type { Body } from './page.js';
export type { LoadedPage } from './page-loader.js';
export type { PageRequest } from './page-request.js';
export { Pages } from './pages.js';
export { ViewedPages } from './viewed-pages.js';

export const pageProviders: Provider[] = [PageLoader, Pages, ViewedPages, HotPages];
