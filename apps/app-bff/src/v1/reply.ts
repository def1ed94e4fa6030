import { type comment } from '@storey/contracts';

/** One comment as the first app read it. Frozen: a field may never change. */
export interface Reply {
  readonly rpid: string;
  readonly root: string;
  readonly parent: string;
  readonly floor: number;
  readonly mid: string;
  readonly uname: string;
  readonly message: string;
  /** Seconds since 1970. */
  readonly ctime: number;
  readonly like: number;
  readonly rcount: number;
}

export function toReply(each: comment.Comment, uname: string): Reply {
  return {
    rpid: String(each.id),
    root: String(each.rootId),
    parent: String(each.parentId),
    floor: Number(each.floor),
    mid: String(each.authorId),
    uname,
    message: each.text,
    ctime: Math.floor(Number(each.createdAtMs) / 1000),
    like: Number(each.likes),
    rcount: Number(each.replyCount),
  };
}
