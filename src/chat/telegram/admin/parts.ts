/** What can stand after `/settings`, word by word. Words come in any order where they can't be mistaken. */

import { SETTING_WORDS, SETTINGS_PARTS, type SettingsPart } from '../../../core/settings-words.ts';
import { PROVIDER_IDS } from '../../../providers/catalog.ts';

/** A word of the command; `userId` where it names somebody by their account. */
export type Word = { text: string; userId?: number };

/** What a place in the command takes, told to whoever wrote something else. */
export type Slot = {
  /** The core's name of it. */
  name: string;
  allowed: readonly string[];
  /** `who`: also people, and whoever is replied to; `spot`: where something can be posted; `rest`: all that follows. */
  takes: Readonly<Record<string, string>> | RegExp | 'who' | 'spot' | 'rest';
  optional?: true;
};

/** Whom a word stands for, where it is none of a person. */
export const SCOPES: Readonly<Record<string, Readonly<Record<string, 'server' | 'everyone' | 'channel'>>>> = {
  limit: { server: 'server', chat: 'server', member: 'everyone', everyone: 'everyone', topic: 'channel' },
  allow: { topic: 'channel' },
};

const words = (...list: string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(list.map((word) => [word, word]));
/** All that could be meant as a sum: whether it is one, the core says. */
const SUM = /^[-+$]*\d[\d.,]*\$?$/;
const sum = (name: string, ...allowed: string[]): Slot => ({ name, allowed, takes: SUM });

/** In plain text Telegram would take a whole name for somebody's. */
const ANYBODY = '@…';

const PERIOD: Slot = { name: 'period', allowed: ['day', 'month'], takes: words('day', 'month') };
const UNIT: Slot = {
  name: 'unit',
  allowed: ['usd', 'jobs'],
  takes: { usd: 'usd', dollars: 'usd', jobs: 'jobs', job: 'jobs' },
};
const person = (name: string): Slot => ({ name, allowed: [ANYBODY], takes: 'who' });

export type TelegramPart = { slots: readonly Slot[]; usage: string };

export const PARTS: Readonly<Record<SettingsPart, TelegramPart>> = {
  show: { slots: [], usage: '' },
  history: { slots: [], usage: '' },
  limit: {
    slots: [
      { name: 'scope', allowed: ['chat', 'member', 'topic', ANYBODY], takes: 'who' },
      PERIOD,
      UNIT,
      { name: 'amount', allowed: ['5.00', '10', 'off'], takes: /^(off|[-+$]*\d[\d.,]*\$?)$/ },
    ],
    usage: '<chat|member|topic|@name> <day|month> <usd|jobs> <amount|off>',
  },
  allow: { slots: [{ name: 'allow', allowed: ['topic', ANYBODY], takes: 'who' }], usage: '<topic|@name>' },
  block: {
    slots: [person('member'), { ...sum('days', '7', '0'), optional: true }],
    usage: '@name [days]',
  },
  providers: {
    slots: [{ name: 'list', allowed: [...PROVIDER_IDS, 'all'], takes: 'rest' }],
    usage: `<${PROVIDER_IDS.join(' ')}|all>`,
  },
  quality: {
    slots: [{ name: 'best', allowed: ['standard', 'pro'], takes: words('standard', 'pro') }],
    usage: '<standard|pro>',
  },
  confirm: { slots: [sum('usd', '0.50')], usage: '<usd>' },
  notify: {
    slots: [{ name: 'members', allowed: ['on', 'off'], takes: words('on', 'off') }],
    usage: '<on|off>',
  },
  'log-channel': {
    slots: [{ name: 'channel', allowed: ['here', 'off', '-100…', ANYBODY], takes: 'spot' }],
    usage: '<here|off|@channel|id>',
  },
  timezone: {
    slots: [{ name: 'zone', allowed: ['Europe/Berlin', 'UTC'], takes: /\S/ }],
    usage: '<Europe/Berlin>',
  },
  retention: { slots: [sum('days', '7', '30', '90')], usage: '<days>' },
  grant: {
    slots: [person('member'), UNIT, sum('amount', '5.00', '10'), sum('days', '7')],
    usage: '@name <usd|jobs> <amount> <days>',
  },
  reset: {
    slots: [
      {
        name: 'setting',
        allowed: Object.keys(SETTING_WORDS),
        takes: words(...Object.keys(SETTING_WORDS)),
        optional: true,
      },
    ],
    usage: '[setting]',
  },
};

export const PART_NAMES: readonly string[] = Object.keys(SETTINGS_PARTS);

export const usageOf = (part: SettingsPart): string => `/settings ${part} ${PARTS[part].usage}`.trim();
