/** What holds in a space, what was changed there, and what its admins are told: one line each. */

import { settings as all } from '../../settings/index.ts';
import type { Notice } from '../core/chat-port.ts';
import { jobIdsOf, priceOf } from '../core/library/cast-offer.ts';
import type {
  AuditEntry,
  Naming,
  OwnSettings,
  Setting,
  Settings,
  Speaker,
} from '../core/settings/setting.ts';
import { alarmLines } from './doctor/alarm.ts';
import type { WordKey, Words } from './index.ts';
import { reportLines } from './reports.ts';

/** How a setting speaks: with our words, and the chat's names. */
export const speakerOf = ({ t, money, date }: Words, naming: Naming): Speaker => ({
  t: (key, values) => t(key as WordKey, values),
  money,
  date: (at) => date(at),
  naming,
});

export const settingName = ({ t }: Words, { key }: Setting): string => t(`settings.name.${key}`);

/** Everything in force, and whether it was set here. `leaveOut`: what the chat has nothing like. */
export function settingsLines(
  words: Words,
  { settings, own }: { settings: Settings; own: OwnSettings },
  naming: Naming,
  leaveOut: (setting: Setting) => boolean = () => false,
): string[] {
  const speaker = speakerOf(words, naming);
  return all
    .filter((setting) => !leaveOut(setting))
    .map((setting) =>
      words.t('settings.line', {
        name: settingName(words, setting),
        value: setting.say(settings[setting.key], speaker),
        source: words.t(own[setting.key] === undefined ? 'settings.default' : 'settings.set-here'),
      }),
    );
}

/** What holds for the library, and how much is in it. */
export function libraryLines(
  words: Words,
  { settings }: { settings: Settings },
  { motion, character, bytes }: { motion: number; character: number; bytes: number },
  naming: Naming,
): string[] {
  const { t, size } = words;
  const setting = all.find(({ key }) => key === 'library');
  return [
    ...(setting
      ? [`${settingName(words, setting)}: ${setting.say(settings[setting.key], speakerOf(words, naming))}`]
      : []),
    t('settings.library-size', { motions: motion, characters: character, size: size(bytes) }),
  ];
}

export function changedLines(words: Words, entries: readonly AuditEntry[], naming: Naming): string[] {
  if (entries.length === 0) return [words.t('settings.unchanged')];
  return entries.map((entry) => words.t('settings.changed', factsOf(words, entry, naming)));
}

export function historyLines(
  words: Words,
  entries: readonly AuditEntry[],
  naming: Naming,
  timeZone: string,
): string[] {
  if (entries.length === 0) return [words.t('settings.history-none')];
  return entries.map((entry) =>
    words.t('settings.history-line', {
      at: words.date(entry.at, timeZone),
      by: naming('member', entry.by),
      ...factsOf(words, entry, naming),
    }),
  );
}

/** What the admins of a space are told, and the member who asked them. */
export function noticeLines(words: Words, notice: Notice, naming: Naming): string[] {
  const { t, money, percent, price } = words;
  switch (notice.kind) {
    case 'share': {
      const { line } = notice;
      const dollars = line.maxMicros !== undefined;
      const used = dollars ? money(line.usedMicros + line.heldMicros) : String(line.usedJobs + line.heldJobs);
      const max = dollars ? money(line.maxMicros ?? 0) : t('quota.jobs', { count: line.maxJobs ?? 0 });
      return [t(`notice.share-${line.period}`, { percent: percent(notice.percent / 100), used, max })];
    }
    case 'changed':
      return notice.entries.map((entry) =>
        t('notice.changed', { by: naming('member', entry.by), ...factsOf(words, entry, naming) }),
      );
    case 'asked': {
      const { offer } = notice;
      const { requester, over } = offer;
      const limit = over ? t(`limit.${over.scope}-${over.period}`) : '';
      const isSeveral = jobIdsOf(offer).length > 1;
      return [
        t(isSeveral ? 'approval.request-several' : 'approval.request', {
          member: naming('member', requester.memberId),
          price: price(priceOf(offer)),
          limit,
        }),
      ];
    }
    case 'declined':
      return [t('notice.declined')];
    case 'reported':
      return reportLines(words, notice.about, naming, notice.reminder);
    case 'alarm':
      return alarmLines(notice.diagnosis, notice.over);
  }
}

function factsOf(words: Words, { setting: key, from, to }: AuditEntry, naming: Naming) {
  const setting = all.find((one) => one.key === key);
  const value = (one: unknown): string => {
    if (one === undefined) return words.t('settings.default');
    // What is on record was valid when it was set.
    return setting?.say(one as Settings[typeof key], speakerOf(words, naming)) ?? '';
  };
  return { name: setting ? settingName(words, setting) : key, from: value(from), to: value(to) };
}
