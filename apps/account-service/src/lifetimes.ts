const MINUTE_MS = 60_000;

/** How long an access token is good. */
export const ACCESS_TOKEN_SECONDS = 15 * 60;
/** How long a refresh token waits to be used; each use begins it anew. */
export const SESSION_MS = 30 * 24 * 60 * MINUTE_MS;
/** By how much clocks of our machines may differ. */
export const SKEW_MS = MINUTE_MS;
/** No access token that was issued longer ago than this is good anywhere. */
export const LONGEST_TOKEN_LIFE_MS = ACCESS_TOKEN_SECONDS * 1000 + SKEW_MS;
