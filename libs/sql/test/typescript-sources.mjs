import { registerHooks } from 'node:module';

/** Lets a child process run the sources as they are: `./x.js` in a .ts file means `./x.ts`. */
registerHooks({
  resolve: (specifier, context, next) =>
    specifier.startsWith('.') && context.parentURL?.endsWith('.ts')
      ? next(specifier.replace(/\.js$/, '.ts'), context)
      : next(specifier, context),
});
