/**
 * Given to the bot with `node --import`: as it loads its parts, five of them are swapped for the same ones with hook
 * points around what they do. The bot's own code holds no hook and knows nothing of this.
 */
import { registerHooks } from 'node:module';

const SOURCE = new URL('../../../src/', import.meta.url).href;
const SWAPPED: Record<string, string> = {
  [`${SOURCE}store/index.ts`]: 'store.ts',
  [`${SOURCE}providers/index.ts`]: 'providers.ts',
  [`${SOURCE}providers/download.ts`]: 'download.ts',
  [`${SOURCE}chats.ts`]: 'chats.ts',
  [`${SOURCE}media/index.ts`]: 'media.ts',
};
/** Who gets the swapped ones; the bot's parts go on finding each other as they are. */
const ROOTS: readonly (string | undefined)[] = [`${SOURCE}app.ts`];

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const instead = ROOTS.includes(context.parentURL) ? SWAPPED[found.url] : undefined;
    return instead ? { ...found, url: new URL(instead, import.meta.url).href } : found;
  },
});

await import('./wire.ts');
