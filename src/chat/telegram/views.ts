/** What commands come to, as Telegram shows it. */
import type { ForceReply, InlineKeyboardMarkup } from 'grammy/types';
import type { CommandData } from '../../core/command.ts';
import { type Job, QUALITIES } from '../../core/job.ts';
import { foremost, isKept } from '../../core/job-order.ts';
import { cancellable } from '../../core/jobs.ts';
import type { Offer } from '../../core/offer-shelf.ts';
import type { Forgotten } from '../../core/privacy.ts';
import type { QuotaLine } from '../../core/quota-lines.ts';
import { offerCard } from '../../words/cards.ts';
import { jobLine } from '../../words/details.ts';
import type { WordKey, Words } from '../../words/index.ts';
import { forgottenLines, privacyLines } from '../../words/privacy.ts';
import { quotaLines } from '../../words/quota.ts';
import { type Button, callbackData, escapeHtml, keyboardOf, linesOf, type Text, textOf } from './render.ts';

export type Body = Text & { reply_markup?: InlineKeyboardMarkup | ForceReply };

/** What a button does that stands under no job: the code is nobody's. */
const NOBODY = '-';

const withKeyboard = (text: Text, rows: readonly (readonly Button[])[]): Body => {
  const reply_markup = keyboardOf(rows);
  return reply_markup ? { ...text, reply_markup } : text;
};

/** The price, with every choice that may still be made about it. */
export function offerBody(words: Words, offer: Offer): Body {
  const { t } = words;
  const { code, request, quote } = offer;
  // Where nothing was said, GIFs are repeated by themselves.
  const choices = { ...offer.choices, loop: offer.choices.loop ?? quote.notes.includes('looped') };
  const choose = (label: string, chosen: boolean, option: string, value: string): Button => ({
    text: chosen ? `● ${label}` : label,
    data: callbackData('choose', code, `${option}=${value}`),
  });
  const onOff = (label: string, option: 'sound' | 'trim' | 'loop'): Button => ({
    text: `${choices[option] ? '☑' : '☐'} ${label}`,
    data: callbackData('choose', code, `${option}=${!choices[option]}`),
  });
  // The card's own clock is for bars, which an offer has none of.
  return withKeyboard(textOf(offerCard(words, offer), words, { now: 0 }), [
    (['auto', 'video', 'image'] as const).map((value) =>
      choose(t(`choice.orientation.${value}`), choices.orientation === value, 'orientation', value),
    ),
    QUALITIES.map((value) =>
      choose(t(`choice.quality.${value}`), request.quality === value, 'quality', value),
    ),
    [onOff(t('details.sound'), 'sound'), onOff(t('button.trim'), 'trim'), onOff(t('button.loop'), 'loop')],
    [
      { text: t('button.confirm'), data: callbackData('confirm', code) },
      { text: t('button.decline'), data: callbackData('decline', code) },
    ],
  ]);
}

/** Enough to find the one that is looked for, and within Telegram's limit for one message. */
const JOBS_SHOWN = 20;
const BUTTONS_IN_ROW = 2;
const CODES_NAMED = 30;

/** The foremost first, with a button for each that can be sent again or stopped; of kept ones without room the codes. */
export function jobsBody(words: Words, all: readonly Job[], title: string): Body {
  const { t } = words;
  const jobs = foremost(all);
  if (jobs.length === 0) return linesOf([t('jobs.none')]);
  const shown = jobs.slice(0, JOBS_SHOWN);
  const buttons = shown.flatMap((job): Button[] => {
    if (isKept(job))
      return [{ text: `${job.code}: ${t('button.send')}`, data: callbackData('send', job.code) }];
    return cancellable(job)
      ? [{ text: `${job.code}: ${t('button.cancel')}`, data: callbackData('cancel', job.code) }]
      : [];
  });
  const rows = Array.from({ length: Math.ceil(buttons.length / BUTTONS_IN_ROW) }, (_, row) =>
    buttons.slice(row * BUTTONS_IN_ROW, (row + 1) * BUTTONS_IN_ROW),
  );
  const lines = shown.map((job) => jobLine(words, job));
  return withKeyboard(titled(title, [...lines, ...moreLine(words, jobs.slice(JOBS_SHOWN))]), rows);
}

function moreLine({ t }: Words, jobs: readonly Job[]): string[] {
  const codes = jobs.filter(isKept).map(({ code }) => code);
  if (codes.length === 0) return [];
  return [t('jobs.more', { codes: codes.slice(0, CODES_NAMED).join(', '), command: `/jobs ${codes[0]}` })];
}

export function helpBody(
  words: Words,
  commands: readonly CommandData[],
  { privacyMode, isPrivate }: { privacyMode: boolean; isPrivate: boolean },
): Body {
  const { t } = words;
  const named = commands.flatMap(({ name }) => {
    const key = TOLD[name];
    return key ? [`/${name} – ${t(key)}`] : [];
  });
  return titled(t('help.title'), [
    t('help.intro'),
    '',
    t('help.telegram-album'),
    t('help.telegram-reply'),
    t('help.telegram-private'),
    ...(isPrivate || !privacyMode ? [] : [t('help.telegram-group')]),
    '',
    t('help.tips'),
    t('help.price'),
    '',
    t('help.commands'),
    ...named,
  ]);
}

/** The commands that Telegram's own menu names; `again` is a button here. */
const TOLD: Readonly<Record<string, WordKey>> = {
  animate: 'command.animate.description',
  jobs: 'command.jobs.description',
  cancel: 'command.cancel.description',
  quota: 'command.quota.description',
  privacy: 'command.privacy.description',
  help: 'command.help.description',
};

export const quotaBody = (words: Words, lines: readonly QuotaLine[]): Body =>
  titled(words.t('quota.title'), quotaLines(words, lines));

export function privacyBody(words: Words, retentionDays: number): Body {
  const text = titled(words.t('privacy.title'), privacyLines(words, retentionDays));
  const button = { text: words.t('button.delete-data'), data: callbackData('forget-ask', NOBODY) };
  return withKeyboard(text, [[button]]);
}

/** The second step: nothing is deleted before it. */
export function forgetAskBody(words: Words): Body {
  return withKeyboard(linesOf([words.t('privacy.confirm')]), [
    [{ text: words.t('button.delete-data'), data: callbackData('forget', NOBODY) }],
  ]);
}

export const forgottenBody = (words: Words, forgotten: Forgotten): Body =>
  linesOf(forgottenLines(words, forgotten));

export function deleteAskBody(words: Words, { code }: Job): Body {
  return withKeyboard(linesOf([words.t('delete.ask')]), [
    [
      { text: words.t('button.delete'), data: callbackData('delete-now', code) },
      { text: words.t('button.keep'), data: callbackData('keep', code) },
    ],
  ]);
}

function titled(title: string, lines: readonly string[]): Text {
  const { text, parse_mode } = linesOf(['', ...lines]);
  return { text: `<b>${escapeHtml(title)}</b>${text}`, parse_mode };
}
