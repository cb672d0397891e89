/** Commands that start no job: an answer each, in the member's language. */
import type { Call, Command, Core } from '../../../core/command.ts';
import type { Job } from '../../../core/job.ts';
import { cancellable } from '../../../core/jobs.ts';
import { type Words, wordsFor } from '../../../words/index.ts';
import { linesOf } from '../render.ts';
import { type Body, forgetAskBody, helpBody, jobsBody, privacyBody, quotaBody } from '../views.ts';
import { jobIdOf } from './decide.ts';
import type { Said } from './records.ts';
import type { Who } from './who.ts';

type CommandName = 'jobs' | 'cancel' | 'quota' | 'privacy' | 'help';

export type CommandParts = {
  core: Core;
  commands: Readonly<Record<CommandName, Command>>;
  who: Who;
  /** Whether groups show the bot only what names it; undefined while Telegram hasn't told. */
  privacyMode(): boolean | undefined;
};

/** What is answered to a command; undefined for one that is none of ours and may be another bot's. */
export async function answerCommand(
  said: Said,
  name: string,
  text: string,
  parts: CommandParts,
): Promise<Body | undefined> {
  const words = wordsFor(said.locale);
  switch (name) {
    // `/start` may bring what a link had after it.
    case 'start':
    case 'help':
      return help(said, words, parts);
    case 'jobs':
      return jobs(said, words, text, parts);
    case 'cancel':
      return cancel(said, words, text, parts);
    case 'quota':
      return quota(said, words, parts);
    case 'privacy':
      return said.text.trim().toLowerCase() === 'delete'
        ? forgetAskBody(words)
        : privacyBody(words, parts.core.settings.of(`telegram:${said.chatId}`).retentionDays);
    default:
      return said.chatType === 'private' ? linesOf([words.t('told.unknown-command')]) : undefined;
  }
}

/** A command as it stands, with nothing attached. */
async function callOf(
  said: Said,
  who: Who,
  options: Call['options'],
  how: 'member' | 'ranked' = 'member',
): Promise<Call> {
  return { ...(await who[how](said)), id: jobIdOf(said), options, files: {} };
}

async function help(
  said: Said,
  words: Words,
  { core, commands, who, privacyMode }: CommandParts,
): Promise<Body> {
  const outcome = await commands.help.execute(await callOf(said, who, {}), core);
  if (!outcome.ok) return linesOf([words.refusal(outcome.refusal)]);
  const known = outcome.value.kind === 'help' ? outcome.value.commands : [];
  return helpBody(words, known, {
    privacyMode: privacyMode() ?? true,
    isPrivate: said.chatType === 'private',
  });
}

async function jobs(
  said: Said,
  words: Words,
  text: string,
  { core, commands, who }: CommandParts,
): Promise<Body> {
  const [word] = text.trim().split(/\s+/);
  const all = word?.toLowerCase() === 'all';
  const options = all ? { all: 'true' } : word ? { job: word } : {};
  const call = await callOf(said, who, options, word ? 'ranked' : 'member');
  const outcome = await commands.jobs.execute(call, core);
  if (!outcome.ok) return linesOf([words.refusal(outcome.refusal)]);
  const found = seenIn(said, call, outcome.value.kind === 'jobs' ? outcome.value.jobs : []);
  if (!options.job) return jobsBody(words, found, words.t(all ? 'jobs.title-all' : 'jobs.title'));
  const [job] = found;
  if (!job) return linesOf([words.refusal({ code: 'no-such-job' })]);
  return jobsBody(words, [job], words.t('card.job', { code: job.code }));
}

/** What a member did in private, or in another group, is nobody's business in this one. */
function seenIn({ chatType }: Said, { requester }: Call, jobs: readonly Job[]): readonly Job[] {
  if (chatType === 'private') return jobs;
  return jobs.filter((job) => job.requester.spaceId === requester.spaceId);
}

async function cancel(
  said: Said,
  words: Words,
  text: string,
  { core, commands, who }: CommandParts,
): Promise<Body> {
  const [code] = text.trim().split(/\s+/);
  const call = await callOf(said, who, {}, code ? 'ranked' : 'member');
  const wanted = code ? code : await onlyOpenJob(said, call, core);
  if (typeof wanted !== 'string') return jobsBody(words, wanted, words.t('jobs.title'));
  const outcome = await commands.cancel.execute({ ...call, options: { job: wanted } }, core);
  if (!outcome.ok) return linesOf([words.refusal(outcome.refusal)]);
  const asked = outcome.value.kind === 'cancel' && outcome.value.how === 'asked';
  return linesOf([words.t(asked ? 'told.cancel-asked' : 'told.cancelled')]);
}

/** Without a code: the one job that can be meant, else those there are, with a button each. */
async function onlyOpenJob(said: Said, call: Call, core: Core): Promise<string | readonly Job[]> {
  const mine = seenIn(said, call, await core.jobs.mine(call.requester.memberId, 50)).filter(cancellable);
  const [first, second] = mine;
  return first && !second ? first.id : mine;
}

async function quota(said: Said, words: Words, { core, commands, who }: CommandParts): Promise<Body> {
  const outcome = await commands.quota.execute(await callOf(said, who, {}), core);
  if (!outcome.ok) return linesOf([words.refusal(outcome.refusal)]);
  return quotaBody(words, outcome.value.kind === 'quota' ? outcome.value.lines : []);
}
