import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { p95 } from './loud-subject.mjs';
import { SECONDS, atRate, register, request, rounded, startProduct } from './measure.mjs';

const ADMIN = { ADMIN_USERNAME: 'root', ADMIN_PASSWORD: 'correct horse battery' };
const POSTS_A_SECOND = 10;
/** Alone it is measured before and after, so that a machine that changes its pace does so for both. */
const ALONE_MS = 2000 * SECONDS;
const SUBJECTS = 20;
const COMMENTS_OF_A_POST = 500;
/** Between looks whether a post is there. */
const LOOK_EVERY_MS = 5;
const GIVEN_UP_MS = 30_000;

/**
 * Live posts to the whole product, without anything beside them and while an import comes in.
 * @returns {Promise<{ratio: number, rows: object[]}>} p95 from the answer 202 to being there for everybody, and the ratio.
 */
export async function importBeside({ folder, comments }) {
  mkdirSync(folder, { recursive: true });
  const product = await startProduct(folder, ADMIN);
  const { url } = product;
  const { token } = await register(url, `live_${process.pid}`);
  const post = livePosts(url, token);
  await during(post, () => sleep(2000)); // warm
  const before = await during(post, () => sleep(ALONE_MS));
  const began = performance.now();
  const beside = await during(post, () => importAll(url, comments));
  const perSecond = comments / ((performance.now() - began) / 1000);
  const after = await during(post, () => sleep(ALONE_MS));
  const alone = p95([...before, ...after]);
  await product.stop();
  const rows = [
    { what: 'live posts alone', 'p95 of the others, ms': rounded(alone) },
    {
      what: 'live posts beside an import',
      'p95 of the others, ms': rounded(p95(beside)),
      'commands per second': rounded(perSecond),
    },
  ];
  return { ratio: p95(beside) / alone, rows };
}

async function during(post, work) {
  const waits = [];
  await atRate(POSTS_A_SECOND, async () => waits.push(await post()), work);
  return waits;
}

/** Each call posts one comment. @returns how long it took to be there, ms */
function livePosts(url, token) {
  let posts = 0;
  return async () => {
    const list = `${url}/web/v1/subjects/video/live-${posts % SUBJECTS}/comments`;
    posts += 1;
    const json = { text: `Post number ${posts} of the bench.` };
    const { comment } = await request(list, { method: 'POST', token, json });
    const accepted = performance.now();
    while (performance.now() - accepted < GIVEN_UP_MS) {
      const answer = await fetch(`${url}/web/v1/comments/${comment.id}`);
      await answer.arrayBuffer();
      if (answer.ok) return performance.now() - accepted;
      await sleep(LOOK_EVERY_MS);
    }
    throw new Error(`Comment ${comment.id} was not there after ${GIVEN_UP_MS} ms.`);
  };
}

async function importAll(url, comments) {
  const json = { username: ADMIN.ADMIN_USERNAME, password: ADMIN.ADMIN_PASSWORD };
  const { accessToken } = await request(`${url}/auth/v1/login`, { method: 'POST', json });
  const authorization = `Bearer ${accessToken}`;
  const body = exported(comments);
  const headers = { authorization, 'content-type': 'application/xml' };
  const begun = await fetch(`${url}/admin/v1/import?format=wxr`, { method: 'POST', headers, body });
  if (!begun.ok) throw new Error(`The import was refused: ${begun.status} ${await begun.text()}`);
  const { id } = await begun.json();
  for (;;) {
    const { state } = await request(`${url}/admin/v1/imports/${id}`, { token: accessToken });
    if (state === 'done') return;
    if (state === 'failed') throw new Error('The import failed.');
    await sleep(200);
  }
}

/** A WordPress export: posts with some hundred comments each. */
function exported(comments) {
  const items = [];
  for (let at = 0; at < comments; at += COMMENTS_OF_A_POST) {
    const count = Math.min(COMMENTS_OF_A_POST, comments - at);
    const list = Array.from({ length: count }, (_, n) => commentOf(at + n + 1)).join('');
    items.push(`<item><title>T</title><wp:post_id>${at}</wp:post_id>${list}</item>`);
  }
  return `<?xml version="1.0"?><rss><channel><link>https://blog.example</link>${items.join('')}</channel></rss>`;
}

const commentOf = (n) =>
  `<wp:comment><wp:comment_id>${n}</wp:comment_id><wp:comment_author>Ann ${n % 50}</wp:comment_author>` +
  `<wp:comment_content>Old comment number ${n}.</wp:comment_content><wp:comment_approved>1</wp:comment_approved>` +
  '<wp:comment_date_gmt>2014-01-14 17:32:12</wp:comment_date_gmt></wp:comment>';
