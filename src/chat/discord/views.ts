/** What commands and buttons answer, as messages. How a job stands, and its video, are the outbound half's. */
import {
  type APIButtonComponentWithCustomId,
  type APIComponentInContainer,
  type APIMessageTopLevelComponent,
  ButtonStyle,
  ComponentType,
  MessageFlags,
  messageLink,
} from 'discord.js';
import type { CommandData, View } from '../../core/command.ts';
import type { Job } from '../../core/job.ts';
import { isKept } from '../../core/job-order.ts';
import type { Offer } from '../../core/offer-shelf.ts';
import type { Refusal } from '../../core/refusals.ts';
import { cut } from '../../core/text.ts';
import { offerCard } from '../../words/cards.ts';
import { detailsLines, jobLine } from '../../words/details.ts';
import type { WordKey, Words } from '../../words/index.ts';
import { forgottenLines, privacyLines } from '../../words/privacy.ts';
import { quotaLines } from '../../words/quota.ts';
import { customId, escapeText, type MessageBody, messageOf } from './render.ts';

/** A message has room for 40 components, and a job takes three of them; and for 4,000 letters in all. */
export const JOBS_SHOWN = 10;
const JOB_LENGTH = 200;
const CODES_NAMED = 30;

/** Questions of this half's own; the buttons of cards are `Verb`s. */
type OwnVerb = 'delete-yes' | 'forget' | 'forget-yes' | 'keep';
/** Where a button is about the member and not about a job. */
const NO_CODE = 'me';

/** Where a message of ours stands, for a link that leads there. */
export type Place = { channelId: string; messageId: string; guildId?: string | undefined };

/** Sentences, and nothing else. */
export const notice = (...texts: string[]): MessageBody => ({
  flags: MessageFlags.IsComponentsV2,
  components: [{ type: ComponentType.TextDisplay, content: cut(texts.map(escapeText).join('\n'), 4000) }],
  allowed_mentions: { parse: [] },
});

export const refusalNotice = (words: Words, refusal: Refusal): MessageBody => notice(words.refusal(refusal));

/** Until there is a job that says how it stands. */
export const preparing = (words: Words): MessageBody => notice(words.t('card.created'));

export const offerMessage = (words: Words, offer: Offer, userId: string): MessageBody =>
  messageOf(offerCard(words, offer), { words, code: offer.code, askedBy: userId });

export const detailsMessage = (words: Words, job: Job): MessageBody =>
  messageOf(
    { title: words.t('details.title'), lines: detailsLines(words, job), buttons: [] },
    { words, code: job.code },
  );

/**
 * In the order given, each with a link to its message and, while its video is kept, a button to have it sent again. Of
 * kept ones without room the codes are named.
 */
export function jobsMessage(
  words: Words,
  jobs: readonly Job[],
  { title, placeOf }: { title: string; placeOf: (job: Job) => Place | undefined },
): MessageBody {
  const { t } = words;
  if (jobs.length === 0) return notice(t('jobs.none'));
  const lines = jobs.slice(0, JOBS_SHOWN).map((job): APIComponentInContainer => {
    const place = placeOf(job);
    const jump = place ? ` · [${escapeText(t('jobs.open'))}](${linkTo(place)})` : '';
    const text = {
      type: ComponentType.TextDisplay as const,
      content: `${cut(escapeText(jobLine(words, job)), JOB_LENGTH)} · <t:${Math.round(job.createdAt / 1000)}:R>${jump}`,
    };
    if (!isKept(job)) return text;
    const send = button(t('button.send'), customId('send', job.code));
    return { type: ComponentType.Section, components: [text], accessory: send };
  });
  return framed([heading(title), ...lines, ...moreLine(words, jobs.slice(JOBS_SHOWN))]);
}

function moreLine({ t }: Words, jobs: readonly Job[]): APIComponentInContainer[] {
  const codes = jobs.filter(isKept).map(({ code }) => code);
  if (codes.length === 0) return [];
  const command = `/${t('command.jobs.name')} ${t('command.jobs.option.job.name')}:${codes[0]}`;
  const content = escapeText(t('jobs.more', { codes: codes.slice(0, CODES_NAMED).join(', '), command }));
  return [{ type: ComponentType.TextDisplay, content }];
}

/** Only a message that everybody there can see has a place. */
const linkTo = ({ channelId, messageId, guildId }: Place): string =>
  guildId ? messageLink(channelId, messageId, guildId) : messageLink(channelId, messageId);

/** What came of a command that shows something. Jobs and offers are shown elsewhere. */
export function viewMessage(
  words: Words,
  view: Extract<View, { kind: 'quota' | 'privacy' | 'forgotten' | 'help' | 'cancel' }>,
): MessageBody {
  const { t } = words;
  switch (view.kind) {
    case 'quota':
      return listOf(words, 'quota.title', quotaLines(words, view.lines));
    case 'privacy':
      return framed([
        heading(t('privacy.title')),
        {
          type: ComponentType.TextDisplay,
          content: privacyLines(words, view.retentionDays).map(escapeText).join('\n'),
        },
        row(ask(words, 'forget', NO_CODE, 'button.delete-data', ButtonStyle.Danger)),
      ]);
    case 'forgotten':
      return notice(...forgottenLines(words, view.forgotten));
    case 'cancel':
      return notice(t(view.how === 'cancelled' ? 'told.cancelled' : 'told.cancel-asked'));
    case 'help':
      return helpMessage(words, view.commands);
  }
}

function helpMessage(words: Words, commands: readonly CommandData[]): MessageBody {
  const { t } = words;
  const listed = commands.map(({ name }) => `/${name}: ${t(`command.${name}.description` as WordKey)}`);
  return listOf(words, 'help.title', [
    t('help.intro'),
    t('help.discord-slash'),
    t('help.discord-menu'),
    t('help.discord-mention'),
    t('help.tips'),
    t('help.price'),
    ...listed,
  ]);
}

/** The second of the two steps: what goes can't be brought back. */
export const forgetQuestion = (words: Words): MessageBody =>
  question(
    words,
    'privacy.confirm',
    ask(words, 'forget-yes', NO_CODE, 'button.delete-data', ButtonStyle.Danger),
  );

export const deleteQuestion = (words: Words, code: string): MessageBody =>
  question(words, 'delete.ask', ask(words, 'delete-yes', code, 'button.delete', ButtonStyle.Danger));

const question = (words: Words, text: WordKey, yes: APIButtonComponentWithCustomId): MessageBody =>
  framed([
    { type: ComponentType.TextDisplay, content: escapeText(words.t(text)) },
    row(yes, ask(words, 'keep', NO_CODE, 'button.keep')),
  ]);

const ask = (
  { t }: Words,
  verb: OwnVerb,
  code: string,
  label: WordKey,
  style?: ButtonStyle.Danger,
): APIButtonComponentWithCustomId => button(t(label), `strut:${verb}:${code}`, style);

export const button = (
  label: string,
  id: string,
  style: APIButtonComponentWithCustomId['style'] = ButtonStyle.Secondary,
): APIButtonComponentWithCustomId => ({
  type: ComponentType.Button,
  style,
  label: cut(label, 80),
  custom_id: id,
});

export const row = (...components: APIButtonComponentWithCustomId[]): APIComponentInContainer => ({
  type: ComponentType.ActionRow,
  components,
});

export const heading = (text: string): APIComponentInContainer => ({
  type: ComponentType.TextDisplay,
  content: `### ${escapeText(text)}`,
});

const listOf = (words: Words, title: WordKey, lines: readonly string[]): MessageBody =>
  messageOf({ title: words.t(title), lines: [...lines], buttons: [] }, { words, code: NO_CODE });

export const framed = (components: APIComponentInContainer[]): MessageBody => ({
  flags: MessageFlags.IsComponentsV2,
  components: [{ type: ComponentType.Container, components } satisfies APIMessageTopLevelComponent],
  allowed_mentions: { parse: [] },
});
