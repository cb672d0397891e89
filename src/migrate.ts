/** `npm run migrate`: moves a bot from SQLite to PostgreSQL, and says so in words. */
import { moveBot } from './moving.ts';

process.exitCode = await moveBot(process.argv.slice(2), process.env, (line) => console.log(line));
