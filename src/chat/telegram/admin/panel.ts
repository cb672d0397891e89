/** The settings as a message with buttons: everything in force, and the usual values of what is changed most. */
import type { OwnSettings, Settings } from '../../../core/settings.ts';
import type { ChangingPart } from '../../../core/settings-words.ts';
import type { WordKey, Words } from '../../../words/index.ts';
import { type Naming, settingsLines } from '../../../words/settings.ts';
import { type Button, callbackData, escapeHtml, keyboardOf, linesOf } from '../render.ts';
import type { Body } from '../views.ts';
import { usageOf } from './parts.ts';
import { spotId } from './spot.ts';

export type PanelFacts = {
  words: Words;
  settings: Settings;
  own: OwnSettings;
  naming: Naming;
  /** Where the panel stands. */
  place: { chatId: number; threadId?: number | undefined };
  /** Asked for by an anonymous admin, of whom Telegram may not tell who presses. */
  anonymous: boolean;
};

type Options = Readonly<Record<string, string>>;
/** One button: what it says, what it does, and whether it is so already. */
type Choice = { value: string; label: string; chosen: boolean; calls: readonly Options[] };
export type Page = {
  part: ChangingPart;
  title(words: Words): string;
  /** A line of the settings that says how it is now. */
  rows(facts: PanelFacts): Choice[][];
  /** How to write what no button does. */
  example: string;
};

const name =
  (setting: keyof Settings) =>
  ({ t }: Words): string =>
    t(`settings.name.${setting}` as WordKey);

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
    title: ({ t }) =>
      `${t('settings.name.limits')}: ${t('settings.rule-day', { who: t(`settings.who-${kind}`), max: '…' })}`,
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
    title: name('confirmAboveMicros'),
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
    title: name('quality'),
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
    title: name('notify'),
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
    title: name('logChannel'),
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
    title: name('retentionDays'),
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
  const { words } = facts;
  const buttons = Object.entries(PAGES).map(([page, { title }]) => button(facts, page, title(words)));
  return withButtons(
    words.t('settings.title'),
    [...settingsLines(words, facts, facts.naming), '', words.t('settings.pick')],
    [...pairs(buttons)],
  );
}

/** One setting, its usual values and how to write any other. */
export function pageBody(facts: PanelFacts, id: string, page: Page): Body {
  const { words } = facts;
  const rows = page
    .rows(facts)
    .map((row) =>
      row.map(({ value, label, chosen }) => button(facts, id, chosen ? `● ${label}` : label, value)),
    );
  return withButtons(
    page.title(words),
    [words.t('settings.usage', { usage: page.example })],
    [...rows, [button(facts, MAIN, `‹ ${words.t('settings.title')}`)]],
  );
}

function button({ anonymous }: PanelFacts, page: string, text: string, value?: string): Button {
  return { text, data: callbackData(PANEL_VERBS[anonymous ? 'anonymous' : 'known'], page, value) };
}

const pairs = (buttons: readonly Button[]): Button[][] =>
  buttons.flatMap((_, at) => (at % 2 === 0 ? [buttons.slice(at, at + 2)] : []));

function withButtons(title: string, lines: readonly string[], rows: readonly (readonly Button[])[]): Body {
  const { text, parse_mode } = linesOf(['', ...lines]);
  const reply_markup = keyboardOf(rows);
  return {
    text: `<b>${escapeHtml(title)}</b>${text}`,
    parse_mode,
    ...(reply_markup ? { reply_markup } : {}),
  };
}
