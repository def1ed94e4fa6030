import { SESSION_KEY, Session } from './session.js';

/** The session of this browser. */
export const session = new Session(localStorage);

addEventListener('storage', ({ key }) => {
  if (key === SESSION_KEY || key === null) session.reload();
});
