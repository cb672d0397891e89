/** Pages about settings as Discord draws them: menus, buttons, and a new state after each press. They work for ever. */
import {
  type APIComponentInContainer,
  type APISelectMenuComponent,
  ButtonStyle,
  type ChannelType,
  ComponentType,
  SelectMenuDefaultValueType,
} from 'discord.js';
import { cut } from '../../../core/text.ts';
import type { Control, Line, Menu, Page } from '../../page.ts';
import { LIMITABLE, WRITABLE } from '../channel-types.ts';
import type { MessageBody } from '../render.ts';
import { escapeText } from '../text.ts';
import { button, framed, heading, row } from '../views.ts';
import { adminId } from './ids.ts';
import { userIdOf, withMentions } from './naming.ts';

/** All texts of a message together have 4,000 letters. */
const STATE_LENGTH = 3_000;
const NEWS_LENGTH = 800;
const BUTTONS_IN_ROW = 5;

export function pageMessage({ title, lines, rows = [] }: Page): MessageBody {
  const isNews = (admissionQueue: Line): boolean =>
    typeof admissionQueue !== 'string' && admissionQueue.strong === true;
  const state = lines.filter((admissionQueue) => !isNews(admissionQueue)).map(textOf);
  const news = lines.filter(isNews).map(textOf);
  const told = cut(news.join('\n'), NEWS_LENGTH);
  return framed([
    ...(title === undefined ? [] : [heading(title)]),
    text(cut(state.join('\n'), STATE_LENGTH)),
    ...(told === '' ? [] : [{ type: ComponentType.Separator as const }, text(`**${told}**`)]),
    ...rows.flatMap(rowsOf),
  ]);
}

function textOf(admissionQueue: Line): string {
  if (typeof admissionQueue === 'string') return escapeText(admissionQueue);
  const shown = admissionQueue.named ? withMentions(admissionQueue.text) : escapeText(admissionQueue.text);
  return admissionQueue.item ? `- ${shown}` : shown;
}

const text = (content: string): APIComponentInContainer => ({ type: ComponentType.TextDisplay, content });

function rowsOf(controls: readonly Control[]): APIComponentInContainer[] {
  const menus = controls.flatMap((control) => ('pick' in control ? [inRow(menuOf(control))] : []));
  const buttons = controls.flatMap((control) => {
    if (!('code' in control) || 'pick' in control) return [];
    const { code, arg, label, tone } = control;
    return [button(label, adminId(code, arg), tone === 'primary' ? ButtonStyle.Primary : undefined)];
  });
  const count = Math.ceil(buttons.length / BUTTONS_IN_ROW);
  const rows = Array.from({ length: count }, (_, n) =>
    row(...buttons.slice(n * BUTTONS_IN_ROW, (n + 1) * BUTTONS_IN_ROW)),
  );
  return [...menus, ...rows];
}

const inRow = (component: APISelectMenuComponent): APIComponentInContainer => ({
  type: ComponentType.ActionRow,
  components: [component],
});

function menuOf({ pick, code, chosen, most, placeholder }: Menu): APISelectMenuComponent {
  const base = { custom_id: adminId(code), min_values: 0, max_values: most, placeholder };
  const shown = <T>(type: T) => chosen.slice(0, most).map((id) => ({ id: userIdOf(id), type }));
  if (pick === 'role')
    return {
      type: ComponentType.RoleSelect,
      ...base,
      default_values: shown(SelectMenuDefaultValueType.Role as const),
    };
  if (pick === 'member')
    return {
      type: ComponentType.UserSelect,
      ...base,
      default_values: shown(SelectMenuDefaultValueType.User as const),
    };
  const types: readonly ChannelType[] = pick === 'posting-channel' ? WRITABLE : LIMITABLE;
  return {
    type: ComponentType.ChannelSelect,
    ...base,
    channel_types: [...types],
    default_values: shown(SelectMenuDefaultValueType.Channel as const),
  };
}
