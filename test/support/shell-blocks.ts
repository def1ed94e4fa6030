import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The shell blocks of a page that stand behind `<!-- run -->`: what a reader is promised to be able to run. */
export const runnable = (markdown: string): string[] =>
  [...markdown.matchAll(/^<!-- run -->\n+```sh\n([^]*?)^```/gm)].map(([, block = '']) => block);

/** What a block says that it prints, in lines `# → …`. */
export const outcomesOf = (block: string): string[] =>
  [...block.matchAll(/^# → (.*)$/gm)].map(([, outcome = '']) => outcome);

export interface Shell {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs blocks as one script, as a reader does in one shell. @returns standard output. @throws when a command fails. */
export async function runBlocks(blocks: readonly string[], { cwd, env }: Shell): Promise<string> {
  const given = Object.entries(env).map(([name, value]) => `export ${name}='${value}'`);
  const script = [...given, ...blocks].join('\n');
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
    cwd,
    timeout: 30_000,
  });
  return stdout;
}
