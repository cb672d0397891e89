/** `npm run backup`: makes a backup of the bot, and says so in words. */
import { backUpBot } from './backing-up.ts';

process.exitCode = await backUpBot(process.argv.slice(2), process.env, (line) => console.log(line));
