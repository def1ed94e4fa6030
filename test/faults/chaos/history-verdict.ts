import { type Client } from '../../support/client.js';
import { type Row, type Stored } from '../../support/stored.js';
import { standing, type Promised } from './promises.js';

/** Every acknowledged progress is there unless a later one or a deletion took its place: in the tables and in the API. */
export async function judgeHistory(
  stores: Stored,
  { history }: Promised,
  client: (userId: string) => Client,
): Promise<string[]> {
  const rows = stores.sharded('history', 'history_record');
  const stored = new Map(rows.map((row) => [`${String(row.user_id)} ${String(row.oid)}`, row]));
  const faults: string[] = [];
  for (const [userId, items] of history) {
    for (const item of items) {
      const should = textOf(standing(item));
      const row = stored.get(`${userId} ${item.oid}`);
      const { status, body } = await client(userId).get(`/web/v1/history/video/${item.oid}`);
      const told = status === 404 ? 'none' : textOf({ at: Date.parse(body.at), progress: body.progress });
      if (rowText(row) !== should) faults.push(`${item.oid} is stored as ${rowText(row)}, not ${should}`);
      if (told !== should) faults.push(`${item.oid} is told as ${told}, not ${should}`);
    }
  }
  return faults;
}

const textOf = (report: { readonly at: number; readonly progress: number } | undefined): string =>
  report ? `${report.progress} at ${report.at}` : 'none';

const rowText = (row: Row | undefined): string =>
  row ? textOf({ at: Number(row.at), progress: Number(row.progress) }) : 'none';
