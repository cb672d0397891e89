/** What holds in a space, what was changed there, and what its admins are told: one line each. */
import type { Notice } from '../core/notices.ts';
import type { Grant, LimitRule, OwnSettings, SettingName, Settings, Who } from '../core/settings.ts';
import type { AuditEntry } from '../core/settings-book.ts';
import type { Words } from './index.ts';

/** How a chat shows a channel, a role or a member: with a mention, or by name. */
export type Naming = (kind: 'channel' | 'role' | 'member', id: string) => string;

const NAMES = [
  'limits',
  'grants',
  'channels',
  'roles',
  'members',
  'blocked',
  'providers',
  'quality',
  'confirmAboveMicros',
  'notify',
  'logChannel',
  'timeZone',
  'retentionDays',
] as const satisfies readonly SettingName[];

/** Everything in force, and whether it was set here. `leaveOut`: what the chat has nothing like. */
export function settingsLines(
  words: Words,
  { settings, own }: { settings: Settings; own: OwnSettings },
  naming: Naming,
  leaveOut: readonly SettingName[] = [],
): string[] {
  return NAMES.filter((name) => !leaveOut.includes(name)).map((name) =>
    words.t('settings.line', {
      name: words.t(`settings.name.${name}`),
      value: valueText(words, name, settings, naming),
      source: words.t(own[name] === undefined ? 'settings.default' : 'settings.set-here'),
    }),
  );
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
      const { requester, quote, over } = notice.offer;
      const limit = over ? t(`limit.${over.scope}-${over.period}`) : '';
      return [
        t('approval.request', {
          member: naming('member', requester.memberId),
          price: price(quote.micros),
          limit,
        }),
      ];
    }
    case 'declined':
      return [t('notice.declined')];
  }
}

function factsOf(words: Words, { setting, from, to }: AuditEntry, naming: Naming) {
  const value = (one: unknown): string =>
    one === undefined
      ? words.t('settings.default')
      : // What is on record was valid when it was set.
        valueText(words, setting, { [setting]: one } as Partial<Settings>, naming);
  return { name: words.t(`settings.name.${setting}`), from: value(from), to: value(to) };
}

function valueText(words: Words, name: SettingName, settings: Partial<Settings>, naming: Naming): string {
  const { t, money } = words;
  const list = (kind: 'channel' | 'role' | 'member', ids: readonly string[] = []): string =>
    ids.length === 0 ? t('settings.everyone') : ids.map((id) => naming(kind, id)).join(', ');
  switch (name) {
    case 'limits':
      return several(
        words,
        settings.limits?.map((rule) => ruleText(words, rule, naming)),
      );
    case 'grants':
      return several(
        words,
        settings.grants?.map((grant) => grantText(words, grant, naming)),
      );
    case 'channels':
      return list('channel', settings.channels);
    case 'roles':
      return list('role', settings.roles);
    case 'members':
      return list('member', settings.members);
    case 'blocked':
      return several(
        words,
        settings.blocked?.map(({ member, until }) => {
          const what = naming('member', member);
          if (until === undefined) return t('settings.for-good', { what });
          return t('settings.until', { what, until: words.date(until) });
        }),
      );
    case 'providers':
      return settings.providers?.join(', ') ?? t('settings.all');
    case 'quality':
      return t(`choice.quality.${settings.quality ?? 'pro'}`);
    case 'confirmAboveMicros':
      return money(settings.confirmAboveMicros ?? 0);
    case 'notify':
      return t(settings.notify ? 'settings.on' : 'settings.off');
    case 'logChannel':
      return settings.logChannel === undefined
        ? t('settings.nothing')
        : naming('channel', settings.logChannel);
    case 'timeZone':
      return settings.timeZone ?? '';
    case 'retentionDays':
      return t('settings.days', { count: settings.retentionDays ?? 0 });
  }
}

const several = (words: Words, parts: readonly string[] = []): string =>
  parts.length === 0 ? words.t('settings.nothing') : parts.join('; ');

function ruleText(words: Words, rule: LimitRule, naming: Naming): string {
  const max = rule.max === 'off' ? words.t('settings.no-limit') : amountText(words, rule.unit, rule.max);
  return words.t(`settings.rule-${rule.period}`, { who: whoText(words, rule.who, naming), max });
}

function grantText(words: Words, { who, unit, max, until }: Grant, naming: Naming): string {
  const facts = { who: whoText(words, who, naming), amount: amountText(words, unit, max) };
  return words.t('settings.grant', { ...facts, until: words.date(until) });
}

const amountText = ({ t, money }: Words, unit: 'usd' | 'jobs', max: number): string =>
  unit === 'usd' ? money(max) : t('unit.jobs', { count: max });

function whoText({ t }: Words, who: Who, naming: Naming): string {
  if (who.kind === 'space') return t('settings.who-space');
  if (who.kind === 'everyone') return t('settings.who-everyone');
  return t(`settings.who-${who.kind}`, { name: naming(who.kind, who.id) });
}
