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
  const [page = '', oid, ...rest] = path.split('/').filter(Boolean);
  const parameters = new URLSearchParams(query);
  if (page === '') return { page: 'home' };
  if (page === 'video' && oid !== undefined && rest.length === 0)
    return { page, oid, commentId: parameters.get('comment') };
  const [other, ...none] = rest;
  if (page === 's' && oid !== undefined && other !== undefined && none.length === 0)
    return { page: 'subject', subject: { type: oid, oid: other }, commentId: parameters.get('comment') };
  if (oid !== undefined) return { page: 'missing' };
  if (page === 'signin') return { page, back: ownPath(parameters.get('back')) };
  return page === 'history' || page === 'account' ? { page } : { page: 'missing' };
}

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
