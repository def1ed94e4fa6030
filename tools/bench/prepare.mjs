import { join } from 'node:path';
import { fillSubjects } from './fill.mjs';
import { CONNECTIONS, inParallel, register, startProduct } from './measure.mjs';

const AUTHORS = 20;
/** One for each connection, and one who writes. */
const USERS = CONNECTIONS + 1;

/**
 * A folder that the product has used before: with users, and with subjects full of comments.
 * @returns {Promise<{readers: string[], writer: string, subjects: Map<string, {roots: number}>}>} tokens of users.
 */
export async function prepare(folder, subjects) {
  const product = await startProduct(folder);
  const users = await registerUsers(product.url, USERS);
  await product.stop();
  const authors = users.slice(0, AUTHORS).map(({ id }) => id);
  const filled = await fillSubjects(`sqlite:${join(folder, 'comment.db')}`, subjects, authors);
  const [writer, ...readers] = users.map(({ token }) => token);
  return { readers, writer, subjects: filled };
}

export async function registerUsers(url, count = AUTHORS) {
  const users = [];
  const names = Array.from({ length: count }, (_, n) => `bench_${process.pid}_${n}`);
  await inParallel(names, 2, async (name) => users.push(await register(url, name)));
  return users;
}
