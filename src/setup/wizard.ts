/** The wizard: asks step by step, shows what will be different, writes it, and starts the bot. */
import { setTimeout as wait } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { CHATS } from '../chat/catalog.ts';
import { BadConfig, type Config } from '../config.ts';
import type { Component } from '../core/health.ts';
import { labelOf } from '../doctor/chats.ts';
import { isHeld, seeFromOutside } from '../doctor/from-outside.ts';
import { PROVIDERS } from '../providers/catalog.ts';
import { budgets } from './budgets.ts';
import { chats } from './chats.ts';
import { createDraft, type Draft, isSecret } from './draft.ts';
import { changed, difference, readEnvFile, writeEnvFile } from './env-file.ts';
import { internet } from './internet.ts';
import { operators } from './operators.ts';
import { Cancelled, type Prompts } from './prompts.ts';
import { providers } from './providers.ts';
import { BotEnded, type StartedBot, startBot } from './start-bot.ts';
import type { Setup, Step } from './step.ts';

export const STEPS: readonly Step[] = [chats, providers, internet, budgets, operators];

/** Parts that are only connecting are given so long before it is said how they are. */
const SETTLES_MS = 30_000;
const LOOK_EVERY_MS = 500;

export type WizardOptions = {
  envFile: string;
  env: NodeJS.ProcessEnv;
  /** Whether the bot can be started here: in a container it is started from outside. */
  starts: boolean;
  /** What to change; asked where it is not said. */
  only?: string | undefined;
};

/** Answers the process's exit code. */
export async function runWizard(ask: Prompts, options: WizardOptions): Promise<number> {
  const { envFile, env, only } = options;
  try {
    const before = await readEnvFile(envFile);
    const draft = createDraft(parseEnv(before), env);
    if (!readable(draft, ask)) return 1;
    const setup: Setup = { ask, draft, envFile, isRunning: () => isHeld(draft.config().DATA_DIR) };
    for (const step of await chosenSteps(setup, only)) await step.run(setup);
    if (!(await write(setup, before))) return 1;
    return options.starts ? await start(setup) : startedElsewhere(ask);
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    ask.end('Stopped. Nothing was written.');
    return 130;
  }
}

/** What stands there already must be right before anything can be tried with it. */
function readable(draft: Draft, ask: Prompts): boolean {
  try {
    draft.config();
    return true;
  } catch (error) {
    if (!(error instanceof BadConfig)) throw error;
    ask.say('broken', error.message);
    ask.end('Correct them first, then run this again. Nothing was written.');
    return false;
  }
}

async function chosenSteps({ ask, draft }: Setup, only: string | undefined): Promise<readonly Step[]> {
  if (only) return STEPS.filter(({ name }) => name === only);
  const isFirst = ![...CHATS, ...PROVIDERS].some(({ key }) => draft.value(key));
  if (isFirst) return STEPS;
  const chosen = await ask.some(
    'What shall be changed? Everything else stays as it is.',
    STEPS.map(({ name, title }) => ({ value: name, label: title })),
    [],
  );
  return STEPS.filter(({ name }) => chosen.includes(name));
}

/** False where it is not to be written, or can't be. */
async function write({ ask, draft, envFile }: Setup, before: string): Promise<boolean> {
  const changes = draft.changes();
  const lines = difference(before, changes, isSecret);
  if (lines.length === 0) {
    ask.say('step', `Nothing changes in ${envFile}.`);
    return true;
  }
  ask.note(`What will be different in ${envFile}`, lines);
  if (!(await ask.yes('Write it?', true))) {
    ask.end('Nothing was written.');
    return false;
  }
  try {
    await writeEnvFile(envFile, changed(before, changes));
    ask.say('well', `Written to ${envFile}, which only you can read.`);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'it failed';
    ask.say(
      'broken',
      `${envFile} can’t be written (${code}): give the folder to the user that runs this (in Docker: run it with --user root), or set STRUT_ENV_FILE to another place.`,
    );
    ask.end('Nothing was written.');
    return false;
  }
}

function startedElsewhere(ask: Prompts): number {
  ask.end(
    'Now start it: docker compose up -d. Then look whether all is well: docker compose exec strut doctor',
  );
  return 0;
}

async function start({ ask, draft, isRunning }: Setup): Promise<number> {
  if (isRunning()) {
    ask.end('A bot is running with the settings of before: restart it. Then: npm run doctor');
    return 0;
  }
  if (!(await ask.yes('Start the bot now? It runs here until you press Ctrl+C or close the window.', true))) {
    ask.end('npm start starts it, npm run doctor looks whether all is well.');
    return 0;
  }
  let bot: StartedBot;
  try {
    bot = await ask.while('Starting the bot …', () => startBot(definedOnly(draft.env())));
  } catch (error) {
    if (!(error instanceof BotEnded)) throw error;
    ask.say('broken', error.log.trim());
    ask.end('The bot did not start; it says why above.');
    return 2;
  }
  const parts = await ask.while('Waiting until everything is connected …', () =>
    settled(draft.config(), draft.env()),
  );
  for (const { name, state, reason } of parts.filter((part) => part.state !== 'off'))
    ask.say(
      state === 'ok' ? 'well' : 'warning',
      `${labelOf(name)}: ${state === 'ok' ? 'works' : 'in trouble'}${reason ? ` (${reason})` : ''}`,
    );
  ask.end(`The bot is running. Its page: ${bot.url}`);
  bot.follow();
  return bot.ended();
}

const definedOnly = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));

/** How its parts are, once none of them is only on its way. */
async function settled(config: Config, env: NodeJS.ProcessEnv): Promise<readonly Component[]> {
  const until = Date.now() + SETTLES_MS;
  for (;;) {
    await using seen = await seeFromOutside(config, env);
    const components = seen.patient.parts ?? [];
    const isComing = components.some(
      ({ state, reason }) => state === 'degraded' && /connect/.test(reason ?? ''),
    );
    if ((components.length > 0 && !isComing) || Date.now() > until) return components;
    await wait(LOOK_EVERY_MS);
  }
}
