/** `npm run restore`: puts the bot back from a backup, and says so in words. */
import { restoreBot } from './restoring.ts';

process.exitCode = await restoreBot(process.argv.slice(2), process.env, (line) => console.log(line));
