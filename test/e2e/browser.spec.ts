import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '@storey/testing';
import { type Browser, type Page } from 'playwright-core';
import { hasBrowser, newVisitor, openBrowser, type Visitor } from '../support/browser.js';
import { uniqueName } from '../support/client.js';
import { Product } from '../support/product.js';
import { RESTART_MS } from '../support/topology/topology.js';

const SHOTS = new URL('../../tmp/screenshots/', import.meta.url).pathname;

(hasBrowser() ? describe : describe.skip)('the site in a real browser', () => {
  let product: Product;
  let browser: Browser;
  let ann: Visitor;
  let bob: Visitor;
  const username = uniqueName();

  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    // A port of its own: the browser keeps its session by origin, over the restart too.
    product = await Product.start({ PORT: String(await freePort()) });
    browser = await openBrowser();
    ann = await newVisitor(browser);
    bob = await newVisitor(browser);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await product?.[Symbol.asyncDispose]();
  });

  const at = (page: Page, id: string) => page.getByTestId(id);
  const go = (page: Page, hash: string): Promise<unknown> => page.goto(`${product.door}/#${hash}`);
  const comments = (page: Page) => at(page, 'comment');

  async function signUp({ page }: Visitor, name: string): Promise<void> {
    await go(page, '/signin');
    await at(page, 'signup-instead').click();
    await at(page, 'signup-username').fill(name);
    await at(page, 'signup-password').fill('a good password');
    await at(page, 'signup-submit').click();
    await at(page, 'nav-account').waitFor();
  }

  it('lets a person sign up, sign out and sign in', async () => {
    await signUp(ann, username);
    await go(ann.page, '/account');
    await at(ann.page, 'signout').click();
    await at(ann.page, 'nav-signin').waitFor();
    await go(ann.page, '/signin');
    await at(ann.page, 'signin-username').fill(username);
    await at(ann.page, 'signin-password').fill('a good password');
    await at(ann.page, 'signin-submit').click();
    await at(ann.page, 'nav-account').waitFor();
    await signUp(bob, uniqueName());
  }, 60_000);

  it('posts, and shows the comment to somebody else without a reload', async () => {
    await go(bob.page, '/video/1');
    await at(bob.page, 'sort-new').click();
    await at(bob.page, 'composer-text').waitFor();
    await go(ann.page, '/video/1');
    await at(ann.page, 'composer-text').fill('第一！👩‍👩‍👧‍👦 **bold**');
    await at(ann.page, 'composer-submit').click();
    await comments(ann.page).getByText('第一！👩‍👩‍👧‍👦').waitFor();
    await comments(bob.page).locator('strong', { hasText: 'bold' }).waitFor();
    await ann.page.screenshot({ path: `${SHOTS}posted.png` });
  }, 60_000);

  it('replies and likes, seen on the other side', async () => {
    await comments(bob.page).first().getByTestId('comment-reply').click();
    await at(bob.page, 'reply-text').fill('a reply');
    await at(bob.page, 'reply-submit').click();
    await comments(bob.page).first().getByTestId('comment-like').click();
    await comments(ann.page).getByText('a reply').waitFor();
    await comments(ann.page).first().getByTestId('comment-like').filter({ hasText: '1' }).waitFor();
    await bob.page.screenshot({ path: `${SHOTS}replied.png` });
  }, 60_000);

  it(
    'plays a film, and resumes it after the server was restarted',
    async () => {
      await go(ann.page, '/video/2');
      await at(ann.page, 'player-play').click();
      await at(ann.page, 'player-seek').fill('20');
      await at(ann.page, 'player-time')
        .filter({ hasText: /0:2[0-9]/ })
        .waitFor();
      await at(ann.page, 'player-play').click();
      await ann.page.waitForTimeout(500); // the report of the pause is on its way
      await product.crash();

      await go(ann.page, '/history');
      await ann.page.reload();
      await at(ann.page, 'history-item').first().waitFor();
      await ann.page.screenshot({ path: `${SHOTS}history.png` });
      await go(ann.page, '/video/2');
      await at(ann.page, 'player-time')
        .filter({ hasText: /0:2[0-9]/ })
        .waitFor();

      await go(ann.page, '/video/1');
      await comments(ann.page).getByText('第一！👩‍👩‍👧‍👦').waitFor();
      await comments(ann.page).getByText('a reply').waitFor();
    },
    RESTART_MS + 30_000,
  );

  it('had nothing to complain of', () => {
    expect([...ann.complaints, ...bob.complaints]).toEqual([]);
  });
});
