/** The panel of `/settings`: everything in force, and what can be changed there by a press. It works for ever. */
import {
  type APIComponentInContainer,
  type APISelectMenuComponent,
  ButtonStyle,
  type ChannelType,
  ComponentType,
  SelectMenuDefaultValueType,
} from 'discord.js';
import type { OwnSettings, Settings } from '../../../core/settings.ts';
import { cut } from '../../../core/text.ts';
import type { WordKey, Words } from '../../../words/index.ts';
import { settingsLines } from '../../../words/settings.ts';
import { LIMITABLE, WRITABLE } from '../channel-types.ts';
import type { MessageBody } from '../render.ts';
import { button, framed, heading, row } from '../views.ts';
import { type Act, adminId } from './ids.ts';
import { naming, userIdOf, withMentions } from './naming.ts';

/** A menu shows and takes at most so many (developer docs, components/reference, 2026-11-21). */
export const MENU_SIZE = 25;
/** All texts of a message together have 4,000 letters. */
const STATE_LENGTH = 3_000;
const NEWS_LENGTH = 800;

export type InForce = { settings: Settings; own: OwnSettings };

/** `news`: what came of the last press. */
export function panelMessage(
  words: Words,
  { settings, own }: InForce,
  news: readonly string[] = [],
): MessageBody {
  const { t } = words;
  const lines = settingsLines(words, { settings, own }, naming).map((line) => `- ${withMentions(line)}`);
  const told = cut(news.map(withMentions).join('\n'), NEWS_LENGTH);
  return framed([
    heading(t('settings.title')),
    text(cut(lines.join('\n'), STATE_LENGTH)),
    ...(told === '' ? [] : [{ type: ComponentType.Separator as const }, text(`**${told}**`)]),
    channelMenu(words, 'channels', settings.channels, MENU_SIZE, LIMITABLE),
    menu({
      type: ComponentType.RoleSelect,
      ...shapeOf(words, 'roles', settings.roles, MENU_SIZE),
      default_values: settings.roles
        .slice(0, MENU_SIZE)
        .map((id) => ({ id, type: SelectMenuDefaultValueType.Role })),
    }),
    menu({
      type: ComponentType.UserSelect,
      ...shapeOf(words, 'members', settings.members, MENU_SIZE),
      default_values: settings.members
        .slice(0, MENU_SIZE)
        .map((id) => ({ id: userIdOf(id), type: SelectMenuDefaultValueType.User })),
    }),
    channelMenu(words, 'log-channel', settings.logChannel ? [settings.logChannel] : [], 1, WRITABLE),
    row(
      button(t('button.set-limit'), adminId('limit'), ButtonStyle.Primary),
      button(t('button.more-settings'), adminId('more'), ButtonStyle.Primary),
    ),
    row(
      button(toQuality(words, settings), adminId('quality', settings.quality === 'pro' ? 'standard' : 'pro')),
      button(toNotify(words, settings), adminId('notify', settings.notify ? 'off' : 'on')),
      button(t('settings.history'), adminId('history')),
    ),
  ]);
}

/** What a press makes of it. */
const toQuality = ({ t }: Words, { quality }: Settings): string =>
  `${t('settings.name.quality')} → ${t(quality === 'pro' ? 'choice.quality.standard' : 'choice.quality.pro')}`;
const toNotify = ({ t }: Words, { notify }: Settings): string =>
  `${t('settings.name.notify')} → ${t(notify ? 'settings.off' : 'settings.on')}`;

const text = (content: string): APIComponentInContainer => ({ type: ComponentType.TextDisplay, content });

const menu = (component: APISelectMenuComponent): APIComponentInContainer => ({
  type: ComponentType.ActionRow,
  components: [component],
});

/** Where nothing is chosen, all are let in; the log channel is then none. */
const NAMES = {
  channels: 'settings.name.channels',
  roles: 'settings.name.roles',
  members: 'settings.name.members',
  'log-channel': 'settings.name.logChannel',
} satisfies Partial<Record<Act, WordKey>>;

function shapeOf({ t }: Words, act: keyof typeof NAMES, chosen: readonly string[], most: number) {
  const nobody = t(act === 'log-channel' ? 'settings.nothing' : 'settings.everyone');
  return {
    custom_id: adminId(act),
    min_values: 0,
    max_values: most,
    placeholder: chosen.length === 0 ? `${t(NAMES[act])}: ${nobody}` : t(NAMES[act]),
  };
}

const channelMenu = (
  words: Words,
  act: 'channels' | 'log-channel',
  chosen: readonly string[],
  most: number,
  types: readonly ChannelType[],
): APIComponentInContainer =>
  menu({
    type: ComponentType.ChannelSelect,
    ...shapeOf(words, act, chosen, most),
    channel_types: [...types],
    default_values: chosen.slice(0, most).map((id) => ({ id, type: SelectMenuDefaultValueType.Channel })),
  });
