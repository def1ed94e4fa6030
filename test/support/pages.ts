import { type Answer, type Client, type Json } from './client.js';

export interface PagesOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly limit?: () => number;
}

/** Far beyond any list of these suites: a walk in circles is a fault too. */
const MAX_PAGES = 1000;

/** Walks a list by its cursor to the end, page by page. @throws Error for a page that is not there. */
export async function* pages(
  client: Client,
  path: string,
  { query = {}, limit = () => 50 }: PagesOptions = {},
): AsyncGenerator<Json, void> {
  let cursor: string | null = '';
  for (let page = 0; cursor !== null; page += 1) {
    if (page === MAX_PAGES) throw new Error(`${path} has no end`);
    const search = new URLSearchParams({
      ...query,
      limit: String(limit()),
      ...(cursor !== '' && { cursor }),
    });
    const { status, body, text } = await patiently(() => client.get(`${path}?${search.toString()}`));
    if (status !== 200) throw new Error(`${path} answered ${status}: ${text}`);
    yield body;
    cursor = body.nextCursor as string | null;
  }
}

/** A read that was refused for want of time is sent again, as a client would: a machine may be busy with other things. */
async function patiently(read: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    const answer = await read();
    if (tries === 5 || (answer.status !== 503 && answer.status !== 504)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 200 * tries));
  }
}

/** All comments of a walk, in its order, pinned ones first. */
export async function walk(client: Client, path: string, options?: PagesOptions): Promise<readonly Json[]> {
  const comments: Json[] = [];
  for await (const page of pages(client, path, options)) {
    comments.push(...(page.pinned ?? []), ...page.comments);
  }
  return comments;
}
