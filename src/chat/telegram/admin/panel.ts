/** The settings as a message with buttons: everything in force, and the usual values of what is changed most. */
import type { OwnSettings, Settings } from '../../../core/settings.ts';
import type { ChangingPart } from '../../../core/settings-words.ts';
import type { WordKey, Words } from '../../../words/index.ts';
import { type Naming, settingsLines } from '../../../words/settings.ts';
import type { Place } from '../inbound/records.ts';
import {
  type Body,
  type Button,
  callbackData,
  escapeHtml,
  keyboardOf,
  linesOf,
  type Text,
} from '../render.ts';
import { withExample } from './example.ts';
import { usageOf } from './parts.ts';
import { spotId } from './spot.ts';

export type PanelFacts = {
  words: Words;
  settings: Settings;
  own: OwnSettings;
  naming: Naming;
  /** Where the panel stands. */
  place: Pick<Place, 'chatId' | 'threadId' | 'forum'>;
  /** Asked for by an anonymous admin, of whom Telegram may not tell who presses. */
  anonymous: boolean;
};

type Options = Readonly<Record<string, string>>;
/** One button: what it says, what it does, and whether it is so already. */
type Choice = { value: string; label: string; chosen: boolean; calls: readonly Options[] };
export type Page = {
  part: ChangingPart;
  /** What it is about and how it is now. */
  title(facts: PanelFacts): string;
  rows(facts: PanelFacts): Choice[][];
  /** How to write what no button does. */
  example: string;
};

const named =
  (setting: keyof Settings, value: (facts: PanelFacts) => string) =>
  (facts: PanelFacts): string =>
    `${facts.words.t(`settings.name.${setting}` as WordKey)}: ${value(facts)}`;

/** A day's limit of everybody together, or of each. `off` takes both away, the one in dollars and the one in jobs. */
function limitPage(scope: 'server' | 'everyone', kind: 'space' | 'everyone', example: string): Page {
  const max = ({ settings }: PanelFacts, unit: 'usd' | 'jobs') => {
    const rule = settings.limits.find(
      (one) => one.who.kind === kind && one.period === 'day' && one.unit === unit,
    );
    return rule === undefined || rule.max === 'off' ? undefined : rule.max;
  };
  const call = (unit: 'usd' | 'jobs', amount: string) => ({ scope, period: 'day', unit, amount });
  return {
    part: 'limit',
    example,
    title(facts) {
      const { t, money } = facts.words;
      const [usd, jobs] = [max(facts, 'usd'), max(facts, 'jobs')];
      const amounts = [
        ...(usd === undefined ? [] : [money(usd)]),
        ...(jobs === undefined ? [] : [t('quota.jobs', { count: jobs })]),
      ];
      return t('settings.rule-day', {
        who: t(`settings.who-${kind}`),
        max: amounts.length > 0 ? amounts.join(', ') : t('settings.no-limit'),
      });
    },
    rows(facts) {
      const { money, t } = facts.words;
      const [usd, jobs] = [max(facts, 'usd'), max(facts, 'jobs')];
      const set = [
        ...(usd === undefined ? [] : ['usd' as const]),
        ...(jobs === undefined ? [] : ['jobs' as const]),
      ];
      return [
        [1, 5, 20].map((dollars) => ({
          value: `usd${dollars}`,
          label: money(dollars * 1_000_000),
          chosen: usd === dollars * 1_000_000,
          calls: [call('usd', String(dollars))],
        })),
        [3, 10, 50].map((count) => ({
          value: `jobs${count}`,
          label: t('quota.jobs', { count }),
          chosen: jobs === count,
          calls: [call('jobs', String(count))],
        })),
        [
          {
            value: 'off',
            label: t('settings.no-limit'),
            chosen: set.length === 0,
            calls: set.map((unit) => call(unit, 'off')),
          },
        ],
      ];
    },
  };
}

export const PAGES: Readonly<Record<string, Page>> = {
  'limit-all': limitPage('server', 'space', '/settings limit chat month usd 100'),
  'limit-each': limitPage('everyone', 'everyone', '/settings limit @name day jobs 10'),
  confirm: {
    part: 'confirm',
    example: usageOf('confirm'),
    title: named('confirmAboveMicros', ({ words, settings }) => words.money(settings.confirmAboveMicros)),
    rows: ({ words, settings }) => [
      ['0.50', '1', '2', '5'].map((usd) => ({
        value: usd,
        label: words.money(Number(usd) * 1_000_000),
        chosen: settings.confirmAboveMicros === Number(usd) * 1_000_000,
        calls: [{ usd }],
      })),
    ],
  },
  quality: {
    part: 'quality',
    example: usageOf('quality'),
    title: named('quality', ({ words, settings }) => words.t(`choice.quality.${settings.quality}`)),
    rows: ({ words, settings }) => [
      (['standard', 'pro'] as const).map((best) => ({
        value: best,
        label: words.t(`choice.quality.${best}`),
        chosen: settings.quality === best,
        calls: [{ best }],
      })),
    ],
  },
  notify: {
    part: 'notify',
    example: usageOf('notify'),
    title: named('notify', ({ words, settings }) =>
      words.t(settings.notify ? 'settings.on' : 'settings.off'),
    ),
    rows: ({ words, settings }) => [
      (['on', 'off'] as const).map((members) => ({
        value: members,
        label: words.t(`settings.${members}`),
        chosen: settings.notify === (members === 'on'),
        calls: [{ members }],
      })),
    ],
  },
  log: {
    part: 'log-channel',
    example: usageOf('log-channel'),
    title: named('logChannel', ({ words, settings: { logChannel }, naming }) =>
      logChannel === undefined ? words.t('settings.nothing') : naming('channel', logChannel),
    ),
    rows: ({ words, settings, place }) => [
      [
        {
          value: 'here',
          label: words.t('settings.here'),
          chosen: settings.logChannel === spotId(place),
          calls: [{ channel: spotId(place) }],
        },
        {
          value: 'off',
          label: words.t('settings.off'),
          chosen: settings.logChannel === undefined,
          calls: [{}],
        },
      ],
    ],
  },
  retention: {
    part: 'retention',
    example: usageOf('retention'),
    title: named('retentionDays', ({ words, settings }) =>
      words.t('settings.days', { count: settings.retentionDays }),
    ),
    rows: ({ words, settings }) => [
      [7, 30, 90].map((count) => ({
        value: String(count),
        label: words.t('settings.days', { count }),
        chosen: settings.retentionDays === count,
        calls: [{ days: String(count) }],
      })),
    ],
  },
};

const MAIN = 'main';
export const PANEL_VERBS = { known: 'settings', anonymous: 'settings-anonymous' } as const;

/** Everything in force, with a button for each page. */
export function panelBody(facts: PanelFacts): Body {
  const { words, own, place } = facts;
  const leaveOut = (['roles', ...(place.forum ? [] : ['channels' as const])] as const).filter(
    (name) => own[name] === undefined,
  );
  const lines = settingsLines(words, facts, facts.naming, leaveOut);
  const rows = Object.entries(PAGES).map(([id, page]) => [button(facts, id, capital(page.title(facts)))]);
  return withButtons(titled(words.t('settings.title'), ['', ...lines, '', words.t('settings.pick')]), rows);
}

/** One setting, its usual values and how to write any other. */
export function pageBody(facts: PanelFacts, id: string, page: Page): Body {
  const { words } = facts;
  const rows = page
    .rows(facts)
    .map((row) =>
      row.map(({ value, label, chosen }) => button(facts, id, chosen ? `● ${label}` : label, value)),
    );
  return withButtons(withExample(titled(capital(page.title(facts)), []), words, page.example), [
    ...rows,
    [button(facts, MAIN, `‹ ${words.t('settings.title')}`)],
  ]);
}

const capital = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);

function button({ anonymous }: PanelFacts, page: string, text: string, value?: string): Button {
  return { text, data: callbackData(PANEL_VERBS[anonymous ? 'anonymous' : 'known'], page, value) };
}

function titled(title: string, lines: readonly string[]): Text {
  const { text, parse_mode } = linesOf(lines);
  return { text: `<b>${escapeHtml(title)}</b>${text}`, parse_mode };
}

function withButtons(text: Text, rows: readonly (readonly Button[])[]): Body {
  const reply_markup = keyboardOf(rows);
  return { ...text, ...(reply_markup ? { reply_markup } : {}) };
}
