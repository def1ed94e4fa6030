/** comment-service has no settings of its own yet. */
export const config = {} as const;
