import { integer } from '@storey/config';

export const config = {
  commentJobMaxBatch: integer(
    'COMMENT_JOB_MAX_BATCH',
    'Commands of one partition that are applied together at most',
    200,
    1,
    1000,
  ),
} as const;
