import { transformSync } from '@swc/core';
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Lets this process import the TypeScript of the workspace as it stands, built or not; to be imported first. */
const { jsc, module } = JSON.parse(readFileSync(new URL('../.swcrc', import.meta.url), 'utf8'));

registerHooks({
  resolve(specifier, context, next) {
    const conditions = ['@storey/source', ...context.conditions];
    const inSource = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
    return next(inSource ? specifier.replace(/\.js$/, '.ts') : specifier, { ...context, conditions });
  },
  load(url, context, next) {
    if (!url.endsWith('.ts')) return next(url, context);
    const filename = fileURLToPath(url);
    const { code } = transformSync(readFileSync(filename, 'utf8'), { filename, jsc, module, swcrc: false });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
