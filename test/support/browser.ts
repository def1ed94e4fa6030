import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Whether there is a browser to look with. In CI there must be; elsewhere its suites are skipped, and say so. */
export function hasBrowser(): boolean {
  if (existsSync(EXECUTABLE)) return true;
  if (process.env['CI'] === 'true') throw new Error(`${EXECUTABLE} is missing: install Debian's chromium.`);
  process.stderr.write(`No ${EXECUTABLE} here: what is seen in a browser is not tested.\n`);
  return false;
}

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: EXECUTABLE, args: QUIET });

export interface Visitor {
  readonly page: Page;
  /** What the page complained of: errors, refused policies. */
  readonly complaints: readonly string[];
}

/** Somebody with a browser of their own. */
export async function newVisitor(browser: Browser): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, locale: 'en-GB' });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (
      message.type() === 'error' &&
      !/Failed to load resource|ERR_CONNECTION|ERR_INCOMPLETE/.test(message.text())
    )
      complaints.push(message.text());
  });
  return { page, complaints };
}
