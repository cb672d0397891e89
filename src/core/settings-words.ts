/** What an admin may change, as data that every front renders, and how their words become a change. */
import type { OptionSpec } from './command.ts';
import { microsFromUsd } from './money.ts';
import { accept, type Outcome, refuse } from './refusals.ts';
import type { Grant, LimitRule, SettingName, Who } from './settings.ts';
import type { Change } from './settings-change.ts';
import { PERIODS } from './windows.ts';

const UNITS = ['usd', 'jobs'] as const;
const SCOPES = ['server', 'everyone', 'member', 'role', 'channel'] as const;
const DAY_MS = 24 * 3_600_000;
const MAX_DAYS = 3650;

/** The names that admins use, and the settings they stand for. */
export const SETTING_WORDS = {
  limits: 'limits',
  grants: 'grants',
  channels: 'channels',
  roles: 'roles',
  members: 'members',
  blocked: 'blocked',
  providers: 'providers',
  quality: 'quality',
  confirm: 'confirmAboveMicros',
  notify: 'notify',
  'log-channel': 'logChannel',
  timezone: 'timeZone',
  retention: 'retentionDays',
} as const satisfies Record<string, SettingName>;
const RESETS = Object.keys(SETTING_WORDS) as (keyof typeof SETTING_WORDS)[];

const text = (name: string, description: string, maxLength = 100) =>
  ({ name, description, type: 'text', maxLength }) as const;
const choice = (name: string, choices: readonly string[], description: string) =>
  ({ name, description, type: 'choice', choices, required: true }) as const;
const member = { name: 'member', type: 'member', description: 'A member' } as const;
const role = { name: 'role', type: 'role', description: 'A role' } as const;
const channel = { name: 'channel', type: 'channel', description: 'A channel or topic' } as const;
const unit = choice('unit', UNITS, 'Dollars or jobs');
const amount = { ...text('amount', 'How much, or off for no limit', 20), required: true } as const;

/** The parts of `/settings`. */
export const SETTINGS_PARTS = {
  show: { description: 'Show everything in force, and where it comes from', options: [] },
  limit: {
    description: 'Limit what may be spent',
    options: [
      choice('scope', SCOPES, 'Whom it limits: all together, or each by themselves'),
      choice('period', PERIODS, 'For how long it counts'),
      unit,
      amount,
      member,
      role,
      channel,
    ],
  },
  allow: {
    description: 'Let only these animate; each again takes it off the list',
    options: [channel, role, member],
  },
  block: {
    description: 'Keep a member out; 0 days lets them in again',
    options: [{ ...member, required: true }, text('days', 'For how many days; for good without it', 5)],
  },
  providers: {
    description: 'Which providers may render, in this order',
    options: [{ ...text('list', 'Some of the providers, or all'), required: true }],
  },
  quality: {
    description: 'The best quality that members may choose',
    options: [choice('best', ['standard', 'pro'], 'Standard only, or pro too')],
  },
  confirm: {
    description: 'Ask before a job that is dearer than this',
    options: [{ ...text('usd', 'Dollars', 20), required: true }],
  },
  notify: {
    description: 'Whether members are notified when their video is there',
    options: [choice('members', ['on', 'off'], 'On or off')],
  },
  'log-channel': {
    description: 'Where admins are told of limits, requests and changes; none turns it off',
    options: [channel],
  },
  timezone: {
    description: 'The time zone in which days and months begin',
    options: [{ ...text('zone', 'Like Europe/Berlin', 60), required: true, suggests: 'timezone' }],
  },
  retention: {
    description: 'For how many days videos and their files are kept',
    options: [{ ...text('days', 'Days, 1 to 365', 5), required: true }],
  },
  grant: {
    description: 'Give a member or a role more, until a day',
    options: [unit, amount, { ...text('days', 'For how many days', 5), required: true }, member, role],
  },
  reset: {
    description: 'Back to the defaults: one setting, or all',
    options: [{ name: 'setting', type: 'choice', choices: RESETS, description: 'Which; all without it' }],
  },
  history: { description: 'Show who changed what', options: [] },
} as const satisfies Record<string, { description: string; options: readonly OptionSpec[] }>;

export type SettingsPart = keyof typeof SETTINGS_PARTS;
export type ChangingPart = Exclude<SettingsPart, 'show' | 'history'>;
type Texts = Readonly<Record<string, string | undefined>>;

export const isSettingsPart = (name: string): name is SettingsPart => Object.hasOwn(SETTINGS_PARTS, name);

/** Turns an admin's words into a change; what is wrong is answered with what would be right. */
export function readChange(part: ChangingPart, texts: Texts, now: number): Outcome<Change> {
  switch (part) {
    case 'limit':
      return readLimit(texts);
    case 'allow': {
      for (const kind of ['channel', 'role', 'member'] as const) {
        const id = texts[kind];
        if (id) return accept({ what: 'allow', kind: `${kind}s`, id });
      }
      return wrong('channel', ['channel', 'role', 'member']);
    }
    case 'block':
      return readBlock(texts, now);
    case 'providers': {
      const names = (texts.list ?? '')
        .toLowerCase()
        .split(/[\s,]+/)
        .filter(Boolean);
      return accept({ what: 'providers', providers: names.join() === 'all' ? [] : names });
    }
    case 'quality':
      return oneOf('best', ['standard', 'pro'] as const, texts, (quality) => ({ what: 'quality', quality }));
    case 'confirm': {
      const micros = dollars(texts.usd);
      return micros === undefined ? wrong('usd', ['0.50']) : accept({ what: 'confirm', aboveMicros: micros });
    }
    case 'notify':
      return oneOf('members', ['on', 'off'] as const, texts, (word) => ({
        what: 'notify',
        on: word === 'on',
      }));
    case 'log-channel':
      return accept({ what: 'log-channel', channel: texts.channel });
    case 'timezone':
      return accept({ what: 'timezone', zone: texts.zone ?? '' });
    case 'retention': {
      const days = whole(texts.days);
      return days === undefined || days < 1 || days > 365
        ? wrong('days', ['1 – 365'])
        : accept({ what: 'retention', days });
    }
    case 'grant':
      return readGrant(texts, now);
    case 'reset': {
      const name = texts.setting;
      if (!name) return accept({ what: 'reset' });
      const known = RESETS.find((word) => word === name);
      return known ? accept({ what: 'reset', setting: SETTING_WORDS[known] }) : wrong('setting', RESETS);
    }
  }
}

function readLimit(texts: Texts): Outcome<Change> {
  const scope = SCOPES.find((word) => word === texts.scope);
  if (!scope) return wrong('scope', SCOPES);
  const who = whoOf(scope, texts);
  if (!who) return wrong(scope, [`a ${scope}`]);
  const period = PERIODS.find((word) => word === texts.period);
  if (!period) return wrong('period', PERIODS);
  const found = UNITS.find((word) => word === texts.unit);
  if (!found) return wrong('unit', UNITS);
  const max = texts.amount?.trim().toLowerCase() === 'off' ? 'off' : amountOf(found, texts.amount);
  if (max === undefined) return wrong('amount', [found === 'usd' ? '5.00' : '10', 'off']);
  const rule: LimitRule = { who, period, unit: found, max };
  return accept({ what: 'limit', rule });
}

function whoOf(scope: (typeof SCOPES)[number], texts: Texts): Who | undefined {
  if (scope === 'server') return { kind: 'space' };
  if (scope === 'everyone') return { kind: 'everyone' };
  const id = texts[scope];
  return id ? { kind: scope, id } : undefined;
}

function readBlock(texts: Texts, now: number): Outcome<Change> {
  if (!texts.member) return wrong('member', ['a member']);
  if (!texts.days) return accept({ what: 'block', member: texts.member });
  const days = whole(texts.days);
  if (days === undefined || days > MAX_DAYS) return wrong('days', ['7', '0']);
  if (days === 0) return accept({ what: 'unblock', member: texts.member });
  return accept({ what: 'block', member: texts.member, until: now + days * DAY_MS });
}

function readGrant(texts: Texts, now: number): Outcome<Change> {
  const found = UNITS.find((word) => word === texts.unit);
  if (!found) return wrong('unit', UNITS);
  const max = amountOf(found, texts.amount);
  if (max === undefined) return wrong('amount', [found === 'usd' ? '5.00' : '10']);
  const days = whole(texts.days);
  if (!days || days > MAX_DAYS) return wrong('days', ['7']);
  const scope = texts.role ? 'role' : 'member';
  const id = texts[scope];
  if (!id) return wrong('member', ['a member', 'a role']);
  const grant: Grant = { who: { kind: scope, id }, unit: found, max, until: now + days * DAY_MS };
  return accept({ what: 'grant', grant });
}

const amountOf = (of: (typeof UNITS)[number], words: string | undefined): number | undefined =>
  of === 'usd' ? dollars(words) : whole(words);

/** `5`, `5.00`, `$5`, `0,50`: as people write sums. Undefined for anything else, negative sums among it. */
function dollars(words: string | undefined): number | undefined {
  const plain = (words ?? '')
    .trim()
    .replace(/^\$\s*|\s*(\$|usd)$/gi, '')
    .replace(',', '.');
  return /^\d{1,7}(\.\d{1,6})?$/.test(plain) ? microsFromUsd(Number(plain)) : undefined;
}

function whole(words: string | undefined): number | undefined {
  const plain = (words ?? '').trim();
  return /^\d{1,7}$/.test(plain) ? Number(plain) : undefined;
}

function oneOf<T extends string>(
  option: string,
  allowed: readonly T[],
  texts: Texts,
  change: (word: T) => Change,
): Outcome<Change> {
  const word = allowed.find((one) => one === texts[option]);
  return word ? accept(change(word)) : wrong(option, allowed);
}

const wrong = (option: string, allowed: readonly string[]) => refuse({ code: 'bad-option', option, allowed });
