/** One of two processes on the same files; says at its end how often a file was gone that it had named. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ownClaims } from '../../../src/core/intake/file-claims.ts';
import { createSharedFiles } from '../../../src/store/files.ts';
import { recordsIn, shareFiles } from '../share-files.ts';

const [root = '', records = '', process = '', rounds = '0', how = ''] = globalThis.process.argv.slice(2);
const found = await shareFiles({
  files: createSharedFiles(root),
  isOnItsWay: async (key) => readdirSync(join(root, 'removed')).some((name) => name.endsWith(key)),
  records: recordsIn(records),
  process,
  rounds: Number(rounds),
  random: Math.random,
  // As though each had the folder to itself: what the test must find.
  ...(how === 'alone' ? { claims: ownClaims() } : {}),
});
console.log(JSON.stringify(found));
