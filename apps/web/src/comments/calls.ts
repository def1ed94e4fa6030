import { call, query } from '../api/client.js';
import {
  type Comment,
  type CommentPage,
  type Permalink,
  type Reaction,
  type ReplyPage,
  type Sort,
  type SubjectRef,
} from './comment.js';

const root = '/web/v1';

export const subjectPath = ({ type, oid }: SubjectRef): string => `${root}/subjects/${type}/${oid}`;

export const listComments = (
  subject: SubjectRef,
  sort: Sort,
  cursor: string | null,
  signal: AbortSignal,
): Promise<CommentPage> =>
  call('GET', `${subjectPath(subject)}/comments${query({ sort, cursor })}`, { signal });

export const listReplies = (id: string, cursor: string | null): Promise<ReplyPage> =>
  call('GET', `${root}/comments/${id}/replies${query({ cursor })}`);

export const findComment = (id: string): Promise<Permalink> => call('GET', `${root}/comments/${id}`);

export const postComment = (
  subject: SubjectRef,
  body: { readonly text: string; readonly parentId?: string },
  key: string,
): Promise<{ comment: Comment }> => call('POST', `${subjectPath(subject)}/comments`, { body, key });

export const editComment = (id: string, text: string): Promise<{ comment: Comment }> =>
  call('PATCH', `${root}/comments/${id}`, { body: { text } });

export const deleteComment = (id: string): Promise<unknown> => call('DELETE', `${root}/comments/${id}`);

export const react = (id: string, value: Reaction): Promise<{ value: Reaction }> =>
  call('PUT', `${root}/comments/${id}/reaction`, { body: { value } });
