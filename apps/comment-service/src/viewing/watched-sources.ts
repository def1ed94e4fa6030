import { type CommentSources, type Rankings } from '@storey/comment';
import { unavailable } from '@storey/errors';
import { type FoundAway } from '../intake/found-away.js';

/** The same, and whoever loads tells whether the database is there. */
export const watchedSources = (
  { subjects, comments, listings, reactions }: CommentSources,
  database: FoundAway,
): CommentSources => ({
  subjects: { byKeys: (keys) => database.watch(() => subjects.byKeys(keys)) },
  comments: { byIds: (ids) => database.watch(() => comments.byIds(ids)) },
  listings: { chunks: (chunks) => database.watch(() => listings.chunks(chunks)) },
  reactions: { under: (all) => database.watch(() => reactions.under(all)) },
});

/** The same, where nobody waits for a database that was found away a moment ago: he can do without. */
export const rankingsUnlessAway = (
  rankings: Pick<Rankings, 'of'>,
  database: FoundAway,
): Pick<Rankings, 'of'> => ({
  of: async (list) => {
    if (database.isAway) throw unavailable('The database was away a moment ago.');
    return database.watch(() => rankings.of(list));
  },
});
