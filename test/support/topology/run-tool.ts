import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Env, type ToolRun } from './host.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const WAIT_MS = 60_000;

/** Runs `tools/<name>.mjs` to its end. @throws when it can't be run, or does not end. */
export function runTool(name: string, args: readonly string[], env: Env): Promise<ToolRun> {
  return new Promise((resolve, reject) => {
    const options = { cwd: ROOT, env: { ...process.env, ...env }, timeout: WAIT_MS };
    execFile(process.execPath, [`tools/${name}.mjs`, ...args], options, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: Number(error?.code ?? 0), said: `${stdout}${stderr}` });
    });
  });
}
