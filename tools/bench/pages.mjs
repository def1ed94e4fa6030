import { ROUNDS, SECONDS, measureInRounds, report, rowOf, runInFolder, startProduct } from './measure.mjs';
import { prepare } from './prepare.mjs';

/** `npm run bench -- pages`: what visitors do most, each against bare Fastify answering the page's bytes. */
const COMMENTS = 1000;

async function main(folder) {
  const { readers } = await prepare(folder, [{ oid: 'bench', comments: COMMENTS }]);
  const product = await startProduct(folder);
  const page = `${product.url}/web/v1/subjects/video/bench/comments?sort=new`;
  const body = await (await fetch(page)).text();
  const server = { pids: [product.pid], body };
  const signedIn = { authorization: `Bearer ${readers[0]}` };
  const writing = { ...signedIn, 'content-type': 'application/json' };
  let posts = 0;
  const nextPost = () => JSON.stringify({ text: `post ${(posts += 1)} of ${process.pid}` });
  const measured = await measureInRounds({
    'page, anonymous, warm': { ...server, url: page },
    'page, signed in': { ...server, url: page, headers: signedIn },
    'history report': {
      ...server,
      url: `${product.url}/web/v1/history/video/bench`,
      method: 'PUT',
      headers: writing,
      // `body` above is the baseline's; this one is the request's own.
      setupClient: (client) => client.setBody(JSON.stringify({ progress: 10, duration: 100 })),
    },
    post: {
      ...server,
      url: `${product.url}/web/v1/subjects/video/posts/comments`,
      method: 'POST',
      headers: writing,
      setupClient: (client) => {
        client.setBody(nextPost());
        client.on('response', () => client.setBody(nextPost()));
      },
    },
  });
  report('pages', {
    title: `${COMMENTS} comments, ${ROUNDS} rounds of ${SECONDS} s, medians`,
    rows: Object.entries(measured).map(([what, of]) => rowOf(what, of)),
  });
}

await runInFolder(main);
