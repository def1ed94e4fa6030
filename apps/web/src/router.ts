import { Store } from './store.js';

export type Route =
  | { readonly page: 'home' | 'history' | 'account' | 'missing' }
  | { readonly page: 'signin'; readonly back: string }
  | { readonly page: 'video'; readonly oid: string; readonly commentId: string | null }
  | { readonly page: 'subject'; readonly subject: Subject; readonly commentId: string | null };

/** What is commented on. */
export interface Subject {
  readonly type: string;
  readonly oid: string;
}

/** Hash routes: the server knows `/` alone. */
export function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?');
  const [page = '', ...names] = path.split('/').filter(Boolean);
  const parameters = new URLSearchParams(query);
  const read = Object.hasOwn(PAGES, page) ? PAGES[page] : undefined;
  return read?.(names, parameters) ?? { page: 'missing' };
}

type Reader = (names: readonly string[], parameters: URLSearchParams) => Route | undefined;

const alone =
  (to: Route): Reader =>
  ({ length }) =>
    length === 0 ? to : undefined;

const PAGES: Readonly<Record<string, Reader>> = {
  '': alone({ page: 'home' }),
  history: alone({ page: 'history' }),
  account: alone({ page: 'account' }),
  signin: ({ length }, parameters) =>
    length === 0 ? { page: 'signin', back: ownPath(parameters.get('back')) } : undefined,
  video: ([oid, ...more], parameters) =>
    oid === undefined || more.length > 0
      ? undefined
      : { page: 'video', oid, commentId: parameters.get('comment') },
  s: ([type, oid, ...more], parameters) =>
    type === undefined || oid === undefined || more.length > 0
      ? undefined
      : { page: 'subject', subject: { type, oid }, commentId: parameters.get('comment') },
};

export const signInHref = (back: string): string =>
  `#/signin?${new URLSearchParams({ back: back.replace(/^#/, '') })}`;

export const videoHref = (oid: string, commentId?: string): string =>
  `#/video/${oid}${commentId === undefined ? '' : `?comment=${commentId}`}`;

/** The page of a subject; films have one of their own. */
export const subjectHref = ({ type, oid }: Subject, commentId?: string): string =>
  type === 'video'
    ? videoHref(oid, commentId)
    : `#/s/${type}/${oid}${commentId === undefined ? '' : `?comment=${commentId}`}`;

/** Where the page stands. */
export const route = new Store<Route>({ page: 'home' });

export function followLocation(): void {
  const read = (): void => {
    route.set(routeOf(location.hash));
    scrollTo({ top: 0 });
  };
  addEventListener('hashchange', read);
  read();
}

const ownPath = (path: string | null): string => (path?.startsWith('/') ? path : '/');
