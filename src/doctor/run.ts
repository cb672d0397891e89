/** `npm run doctor`: what it is asked, and what it says. */
import { parseArgs } from 'node:util';
import { BadConfig, readConfig, secretsIn } from '../config.ts';
import { type Diagnosis, worstFirst, worstOf } from '../core/diagnosis.ts';
import { createScrub } from '../scrub.ts';
import { diagnosis } from '../words/doctor/index.ts';
import { examine } from './checks.ts';
import { type SeeOptions, seeFromOutside } from './from-outside.ts';
import type { Check } from './patient.ts';
import { asJson, asText, EXIT } from './report.ts';
import { settings } from './settings.ts';

const HELP = `Looks at everything that Strut needs, and says what is wrong, why it matters and what to do.

  npm run doctor             for people
  npm run doctor -- --json   for scripts

It changes nothing, and works whether the bot runs or not. It ends with 0 where all is well, with 1 where there are
warnings, with 2 where something is broken.`;

export type DoctorOptions = { envFile?: string; colours?: boolean };

/** Everything that is found. Settings that can't be read are found as well; then nothing else can be looked at. */
export async function findAll(
  env: NodeJS.ProcessEnv,
  { checks, ...how }: SeeOptions & { checks?: readonly Check[] } = {},
): Promise<Diagnosis[]> {
  const { envFile = '.env' } = how;
  try {
    const config = readConfig(env);
    await using seen = await seeFromOutside(config, env, how);
    return worstFirst([...seen.found, ...(await examine(seen.patient, checks ? { checks } : {}))]);
  } catch (error) {
    if (!(error instanceof BadConfig)) throw error;
    const unread = error.problems.map(({ name, message }) =>
      diagnosis('settings-bad', { name, problem: message.replace(/[.\s]*$/, '') }, name),
    );
    return worstFirst([...unread, ...(await settings.look({ env, envFile }))]);
  }
}

/** Answers the process's exit code. */
export async function runDoctor(
  args: string[],
  env: NodeJS.ProcessEnv,
  print: (text: string) => void,
  { envFile, colours = false }: DoctorOptions = {},
): Promise<number> {
  const scrub = createScrub(secretsIn(env));
  let asked: { json?: boolean; help?: boolean };
  try {
    asked = parseArgs({ args, options: { json: { type: 'boolean' }, help: { type: 'boolean' } } }).values;
  } catch {
    print(HELP);
    return EXIT.broken;
  }
  if (asked.help) {
    print(HELP);
    return EXIT.ok;
  }
  const found = await findAll(env, { envFile });
  print(scrub(asked.json ? asJson(found) : asText(found, { colours })));
  return EXIT[worstOf(found)];
}
