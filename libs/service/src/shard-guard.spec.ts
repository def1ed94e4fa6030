import { describe, expect, it } from '@jest/globals';
import { Metrics, createLogger } from '@storey/observability';
import { shardGuard } from './shard-guard.js';

describe('shardGuard', () => {
  it('counts and reports a statement over several shards, once', async () => {
    const lines: string[] = [];
    const metrics = Metrics.create({ defaults: false });
    const judge = shardGuard(metrics, createLogger('error', { write: (line) => void lines.push(line) }));
    judge('select * from "comment_index_1" where "id" = ?');
    judge('select 1 from "comment_index_1" join "comment_count_1" on 1');
    await expect(metrics.text()).resolves.toContain('storey_sql_spanning_total{app="process"} 0');

    const planted = 'select * from "comment_index_0" union all select * from "comment_index_1"';
    judge(planted);
    judge(planted);
    await expect(metrics.text()).resolves.toContain('storey_sql_spanning_total{app="process"} 1');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('comment_index_0');
  });
});
