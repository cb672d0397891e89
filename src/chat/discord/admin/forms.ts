/** The two forms that the panel opens, and what an admin wrote in them. */
import {
  type APIComponentInLabel,
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
  ComponentType,
  TextInputStyle,
} from 'discord.js';
import { usdDecimal } from '../../../core/money.ts';
import type { Settings } from '../../../core/settings.ts';
import type { ChangingPart } from '../../../core/settings-words.ts';
import { cutShort } from '../../../core/text.ts';
import type { WordKey, Words } from '../../../words/index.ts';
import { LIMITABLE } from '../channel-types.ts';
import { adminId } from './ids.ts';
import { memberIdOf } from './naming.ts';

/** Developer docs, components/reference, 2026-11-21: 45 letters for a title or a label, 100 for a description. */
const LABEL_LENGTH = 45;
const DESCRIPTION_LENGTH = 100;

/** One thing to change, as the core's words for it want it. */
export type Wish = { part: ChangingPart; options: Record<string, string> };

type Field = { label: string; description?: string; component: APIComponentInLabel };
const labelled = ({ label, description, component }: Field): APILabelComponent => ({
  type: ComponentType.Label,
  label: cutShort(label, LABEL_LENGTH),
  ...(description ? { description: cutShort(description, DESCRIPTION_LENGTH) } : {}),
  component,
});

const COUNTED = ['usd-day', 'usd-month', 'jobs-day', 'jobs-month'] as const;

export function limitForm({ t }: Words): APIModalInteractionResponseCallbackData {
  const counted = (value: (typeof COUNTED)[number]): string => {
    const [unit, period] = value.split('-') as ['usd' | 'jobs', 'day' | 'month'];
    return `${t(`choice.unit.${unit}`)} · ${t(`choice.period.${period}`)}`;
  };
  const fields: Field[] = [
    {
      label: t('modal.limit.who'),
      component: {
        type: ComponentType.RadioGroup,
        custom_id: 'scope',
        required: true,
        options: [
          { value: 'server', label: t('settings.who-space'), default: true },
          { value: 'everyone', label: t('settings.who-everyone') },
        ],
      },
    },
    {
      label: t('modal.limit.only'),
      component: {
        type: ComponentType.MentionableSelect,
        custom_id: 'only',
        required: false,
        min_values: 0,
        max_values: 1,
      },
    },
    {
      label: t('modal.limit.channel'),
      component: {
        type: ComponentType.ChannelSelect,
        custom_id: 'channel',
        required: false,
        min_values: 0,
        max_values: 1,
        channel_types: [...LIMITABLE],
      },
    },
    {
      label: t('modal.limit.unit'),
      component: {
        type: ComponentType.RadioGroup,
        custom_id: 'counted',
        required: true,
        options: COUNTED.map((value, index) => ({
          value,
          label: counted(value),
          default: index === 0,
        })),
      },
    },
    {
      label: t('modal.limit.amount'),
      description: t('command.settings.part.limit.option.amount.description'),
      component: input('amount', 20),
    },
  ];
  return {
    custom_id: adminId('limit'),
    title: cutShort(t('button.set-limit'), LABEL_LENGTH),
    components: fields.map(labelled),
  };
}

const input = (name: string, maxLength: number, value?: string): APIComponentInLabel => ({
  type: ComponentType.TextInput,
  custom_id: name,
  style: TextInputStyle.Short,
  max_length: maxLength,
  required: true,
  ...(value === undefined ? {} : { value }),
});

/** What the form for everything else asks for: the part of `/settings`, its option, and what stands there now. */
const MORE = [
  { part: 'confirm', option: 'usd', name: 'confirmAboveMicros', maxLength: 20 },
  { part: 'timezone', option: 'zone', name: 'timeZone', maxLength: 60 },
  { part: 'retention', option: 'days', name: 'retentionDays', maxLength: 5 },
  { part: 'providers', option: 'list', name: 'providers', maxLength: 100 },
] as const;

const current = (settings: Settings): Record<(typeof MORE)[number]['part'], string> => ({
  confirm: usdDecimal(settings.confirmAboveMicros),
  timezone: settings.timeZone,
  retention: String(settings.retentionDays),
  providers: settings.providers?.join(', ') ?? 'all',
});

export function moreForm({ t }: Words, settings: Settings): APIModalInteractionResponseCallbackData {
  const values = current(settings);
  return {
    custom_id: adminId('more'),
    title: cutShort(t('button.more-settings'), LABEL_LENGTH),
    components: MORE.map(({ part, option, name, maxLength }) =>
      labelled({
        label: t(`settings.name.${name}`),
        description: t(`command.settings.part.${part}.option.${option}.description` as WordKey),
        component: input(part, maxLength, values[part]),
      }),
    ),
  };
}

/** `only` is a role's id where `roles` has it, and a member's otherwise. */
export function limitWish(
  options: Readonly<Record<string, string>>,
  {
    only,
    channel,
    roles,
  }: { only?: string | undefined; channel?: string | undefined; roles: readonly string[] },
): Wish {
  const [unit = '', period = ''] = (options.counted ?? '').split('-');
  const rest = { unit, period, amount: options.amount ?? '' };
  // Which of the two is meant is not for us to guess: no scope is answered with those there are.
  if (channel && only) return { part: 'limit', options: rest };
  if (channel) return { part: 'limit', options: { ...rest, scope: 'channel', channel } };
  if (only && roles.includes(only)) return { part: 'limit', options: { ...rest, scope: 'role', role: only } };
  if (only) return { part: 'limit', options: { ...rest, scope: 'member', member: memberIdOf(only) } };
  return { part: 'limit', options: { ...rest, scope: options.scope ?? '' } };
}

/** Only what is not as it was. */
export function moreWishes(options: Readonly<Record<string, string>>, settings: Settings): Wish[] {
  const values = current(settings);
  return MORE.flatMap(({ part, option }): Wish[] => {
    const wanted = options[part]?.trim();
    return wanted === undefined || wanted === values[part] ? [] : [{ part, options: { [option]: wanted } }];
  });
}
