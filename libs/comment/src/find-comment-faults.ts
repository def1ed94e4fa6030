import { comment } from '@storey/contracts';
import { sql as raw, type RawBuilder } from 'kysely';
import { forEachTable, type Sql } from '@storey/sql';
import { type CommentDb } from './comment-db.js';
import { hotScoreSql } from './rules/hot-score.js';

const { CommentState, Reaction } = comment;
const VISIBLE = raw.lit(CommentState.VISIBLE);
const DELETED = raw.lit(CommentState.DELETED);
const IN_REVIEW = raw.lit(CommentState.IN_REVIEW);

/** At most so many offenders are named for one rule and table. */
const MAX_NAMED = 20;

/** Of a row of `comment_count` as `c`, with its index row as `i`. */
export const SCORE = hotScoreSql({
  likes: raw.ref('c.likes'),
  dislikes: raw.ref('c.dislikes'),
  createdAt: raw.ref('i.created_at'),
});
/** By which a score may differ from one engine's arithmetic to another's. */
const ROUNDING = 1e-9;

type Query = RawBuilder<{ readonly id: bigint }>;

/**
 * Compares everything that is counted, numbered or marked with the rows it stands for. Reads whole tables: for tests,
 * drills and operators. @returns one line per offender, e.g. `comment_index_2 reply-count 123`; none when all is well.
 */
export async function findCommentFaults(sql: Sql<CommentDb>): Promise<readonly string[]> {
  const faults: string[] = [];
  await forEachTable(sql.tables, async (n) => {
    for await (const { rule, id } of faultsOfTable(sql, n)) faults.push(`comment_index_${n} ${rule} ${id}`);
  });
  return faults;
}

/** What breaks a rule, and which one. */
export interface CommentFault {
  readonly rule: string;
  /** Of a comment or a subject, as the rule says. */
  readonly id: bigint;
}

/** The same for one physical table, rule by rule. */
export async function* faultsOfTable(sql: Sql<CommentDb>, n: number): AsyncGenerator<CommentFault> {
  for (const [rule, query] of Object.entries(rules(n))) {
    const { rows } = await raw<{ id: bigint }>`${query} limit ${raw.lit(MAX_NAMED)}`.execute(sql.read);
    for (const { id } of rows) yield { rule, id };
  }
}

/** Each selects the ids that break it. */
function rules(n: number): Readonly<Record<string, Query>> {
  const t = {
    subject: raw.table(`comment_subject_${n}`),
    index: raw.table(`comment_index_${n}`),
    content: raw.table(`comment_content_${n}`),
    count: raw.table(`comment_count_${n}`),
    reaction: raw.table(`comment_reaction_${n}`),
    report: raw.table(`comment_report_${n}`),
  };
  return { ...pairRules(t), ...countRules(t), ...floorRules(t), ...treeRules(t), ...moderationRules(t) };
}

type Table = 'subject' | 'index' | 'content' | 'count' | 'reaction' | 'report';
type Tables = Readonly<Record<Table, RawBuilder<unknown>>>;

/** A comment is three rows, all or none. */
function pairRules({ index, content, count }: Tables): Readonly<Record<string, Query>> {
  const missing = (from: RawBuilder<unknown>, to: RawBuilder<unknown>): Query =>
    raw`select a.id as id from ${from} a left join ${to} b on b.id = a.id where b.id is null`;
  return {
    'without-content': missing(index, content),
    'content-alone': missing(content, index),
    'without-count': missing(index, count),
    'count-alone': missing(count, index),
  };
}

function countRules({ subject, index, count, reaction }: Tables): Readonly<Record<string, Query>> {
  const visible = (by: string): RawBuilder<unknown> =>
    raw`(select ${raw.ref(by)} as k, count(*) as n from ${index} where state = ${VISIBLE} and root_id <> 0
         group by ${raw.ref(by)})`;
  const wrong = (column: string, value: number): Query =>
    raw`select c.id as id from ${count} c left join
        (select comment_id as k, count(*) as n from ${reaction} where value = ${raw.lit(value)} group by comment_id) r
        on r.k = c.id where c.${raw.ref(column)} <> coalesce(r.n, 0)`;
  return {
    'subject-counts': raw`select s.id as id from ${subject} s left join
        (select i.subject_id as k, count(*) as n, sum(case when i.root_id = 0 then 1 else 0 end) as r from ${index} i
         left join ${index} p on p.id = i.root_id
         where i.state = ${VISIBLE} and (i.root_id = 0 or p.state in (${VISIBLE}, ${DELETED}))
         group by i.subject_id) v on v.k = s.id
        where s.all_ <> coalesce(v.n, 0) or s.roots <> coalesce(v.r, 0)`,
    'root-replies': raw`select c.id as id from ${count} c left join ${visible('root_id')} v on v.k = c.id
        where c.root_id = 0 and c.replies <> coalesce(v.n, 0)`,
    'reply-replies': raw`select c.id as id from ${count} c left join ${visible('parent_id')} v on v.k = c.id
        where c.root_id <> 0 and c.replies <> coalesce(v.n, 0)`,
    likes: wrong('likes', Reaction.LIKE),
    dislikes: wrong('dislikes', Reaction.DISLIKE),
    score: raw`select c.id as id from ${count} c join ${index} i on i.id = c.id where abs(c.score -
        case when i.state = ${VISIBLE} and c.likes > 0 then ${SCORE} else 0 end) > ${raw.lit(ROUNDING)}`,
    shown: raw`select i.id as id from ${index} i join ${count} c on c.id = i.id where i.shown <>
        case when i.state = ${VISIBLE} or (i.state = ${DELETED} and c.replies > 0) then 1 else 0 end`,
  };
}

/** From 1 without a gap, each once, up to the one that was given last; only what was rejected has none. */
function floorRules({ subject, index, count }: Tables): Readonly<Record<string, Query>> {
  const gapless = raw`count(*) <> max(floor) or count(distinct floor) <> count(*) or min(floor) <> 1`;
  return {
    'root-floors': raw`select subject_id as id from ${index} where root_id = 0 and floor is not null
        group by subject_id having ${gapless}`,
    'reply-floors': raw`select root_id as id from ${index} where root_id <> 0 and floor is not null
        group by root_id having ${gapless}`,
    'last-root-floor': raw`select s.id as id from ${subject} s where s.root_floor <>
        (select coalesce(max(floor), 0) from ${index} i where i.subject_id = s.id and i.root_id = 0)`,
    'last-reply-floor': raw`select c.id as id from ${count} c where c.root_id = 0 and c.reply_floor <>
        (select coalesce(max(floor), 0) from ${index} i where i.subject_id = c.subject_id and i.root_id = c.id)`,
    floorless: raw`select id from ${index} where floor is null and reason_code = ''`,
  };
}

function treeRules({ subject, index, reaction }: Tables): Readonly<Record<string, Query>> {
  return {
    'without-subject': raw`select i.id as id from ${index} i left join ${subject} s on s.id = i.subject_id
        where s.id is null`,
    'wrong-root': raw`select i.id as id from ${index} i left join ${index} r on r.id = i.root_id
        where i.floor is not null and i.root_id <> 0
        and (r.id is null or r.root_id <> 0 or r.subject_id <> i.subject_id)`,
    'wrong-parent': raw`select i.id as id from ${index} i left join ${index} p on p.id = i.parent_id
        where i.floor is not null and i.root_id <> 0
        and (p.id is null or (p.id <> i.root_id and p.root_id <> i.root_id))`,
    'reaction-elsewhere': raw`select i.id as id from ${reaction} r join ${index} i on i.id = r.comment_id
        where r.subject_id <> i.subject_id`,
  };
}

/** Pins, reports, and what moderators have to do. */
function moderationRules({ subject, index, count, report }: Tables): Readonly<Record<string, Query>> {
  const review = raw.table('comment_review');
  const reported = raw.table('comment_reported');
  const pins = (of: RawBuilder<unknown>): RawBuilder<unknown> =>
    raw`(select count(*) from ${index} i where i.subject_id = ${of} and i.pinned = 1)`;
  return {
    'pinned-not-seen': raw`select id from ${index} where pinned = 1 and (state <> ${VISIBLE} or root_id <> 0)`,
    // With n ids there are n - 1 commas.
    'pin-list': raw`select s.id as id from ${subject} s where ${pins(raw`s.id`)} <>
        case when s.pinned_ids = '' then 0
        else length(s.pinned_ids) - length(replace(s.pinned_ids, ',', '')) + 1 end or ${pins(raw`s.id`)} > 3`,
    reports: raw`select c.id as id from ${count} c left join
        (select comment_id as k, count(*) as n from ${report} group by comment_id) r
        on r.k = c.id where c.reports <> coalesce(r.n, 0)`,
    'review-list': raw`select i.id as id from ${index} i left join ${review} r on r.comment_id = i.id
        where (i.state = ${IN_REVIEW}) <> (r.comment_id is not null)`,
    'reported-list': raw`select c.id as id from ${count} c join ${index} i on i.id = c.id
        join ${reported} r on r.comment_id = c.id
        where r.reports <> c.reports or i.state = ${DELETED}`,
  };
}
