import { join } from 'node:path';

/** Where all processes of the tests keep what Node has compiled: most of what starting the bot costs is that. */
export const COMPILED = join(import.meta.dirname, '../node_modules/.cache/strut-compiled');
