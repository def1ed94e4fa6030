import { createHash } from 'node:crypto';

/** A Lua script, run by its hash. It writes nothing before its last read that may fail, so an error means no change. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

export const script = (lua: string): Script => ({
  lua,
  sha: createHash('sha1').update(lua).digest('hex'),
});
