/** Given to the bot with `node --import`: its media alone are swapped, for tests of everything else. */
import { registerHooks } from 'node:module';

const SOURCE = new URL('../../../src/', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const isSwapped = context.parentURL === `${SOURCE}app.ts` && found.url === `${SOURCE}media/index.ts`;
    return isSwapped ? { ...found, url: new URL('media.ts', import.meta.url).href } : found;
  },
});
