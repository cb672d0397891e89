/** Where `npm run setup` begins. */
import { parseArgs, parseEnv } from 'node:util';
import { runDoctor } from '../doctor/run.ts';
import { readEnvFile } from './env-file.ts';
import { runWizard, STEPS } from './wizard.ts';

const HELP = `Sets Strut up, step by step, and starts it. It can be run again at any time, to change one thing.

  npm run setup                  asks
  npm run setup -- ${STEPS.map(({ name }) => name).join(' | ')}
                                 asks for that alone
  npm run setup -- --check       asks nothing, and looks whether all is well, as npm run doctor does`;

const NO_TERMINAL = `This asks questions, and there is no terminal to answer them in.

  In Docker:      docker compose run --rm strut setup
  Over ssh:       ssh -t …
  Without asking: copy .env.example to .env, fill it in, and run npm run doctor`;

/** A container has it elsewhere. */
const envFile = process.env.STRUT_ENV_FILE || '.env';

process.removeAllListeners('warning');
process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  let asked: { values: { check?: boolean; help?: boolean }; positionals: string[] };
  try {
    asked = parseArgs({
      args,
      options: { check: { type: 'boolean' }, help: { type: 'boolean' } },
      allowPositionals: true,
    });
  } catch {
    console.log(HELP);
    return 2;
  }
  const [only, ...rest] = asked.positionals;
  const isKnown = only === undefined || STEPS.some(({ name }) => name === only);
  if (asked.values.help || !isKnown || rest.length > 0) {
    console.log(HELP);
    return asked.values.help ? 0 : 2;
  }
  if (asked.values.check) {
    const env = { ...parseEnv(await readEnvFile(envFile)), ...process.env };
    const colours = process.stdout.isTTY && !process.env.NO_COLOR;
    return runDoctor([], env, (text) => console.log(text), { envFile, colours });
  }
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    console.log(NO_TERMINAL);
    return 2;
  }
  const { createPrompts } = await import('./prompts.ts');
  return runWizard(createPrompts('Strut: set-up'), {
    envFile,
    env: process.env,
    starts: process.env.STRUT_ENV_FILE === undefined,
    only,
  });
}
