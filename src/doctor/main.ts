/** Where `npm run doctor` begins. */
import { runDoctor } from './run.ts';

// Node's own notices are no findings, and scripts read what is printed.
process.removeAllListeners('warning');
const isPerson = process.stdout.isTTY && !process.env.NO_COLOR;
process.exitCode = await runDoctor(process.argv.slice(2), process.env, (text) => console.log(text), {
  colours: isPerson,
  envFile: process.env.STRUT_ENV_FILE || '.env',
});
