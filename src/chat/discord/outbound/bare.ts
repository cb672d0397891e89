/** The same message in plainer shapes, for when Discord can't read what we made of it. */
import {
  type APIButtonComponent,
  type APIComponentInMessageActionRow,
  type APIMessageTopLevelComponent,
  ButtonStyle,
  ComponentType,
  MessageFlags,
} from 'discord.js';
import type { Log } from '../../../core/ports.ts';
import { cut } from '../../../core/text.ts';
import { linesForButtons } from '../../in-words.ts';
import type { MessageBody } from '../render.ts';
import { DiscordTrouble, troubleOf } from './trouble.ts';

/** Of a message's text (developer docs, resources/message, 2026-11-21). */
const TEXT_LENGTH = 2_000;
const BUTTONS_IN_ROW = 5;

type Container = Extract<APIMessageTopLevelComponent, { type: ComponentType.Container }>;
type Part = APIMessageTopLevelComponent | Container['components'][number];

/**
 * Sends the first shape, or the next one where Discord can't read it. What was refused is logged, without what it says.
 * Throws DiscordTrouble, and what else `send` throws.
 */
export function inSomeShape<Shape, T>(
  log: Log,
  [first, ...plainer]: readonly [Shape, ...Shape[]],
  send: (shape: Shape) => Promise<T>,
  about: object = {},
): Promise<T> {
  return plainer.reduce(
    (sending, next) =>
      sending.catch((thrown: unknown) => {
        const error = troubleOf(thrown);
        if (!(error instanceof DiscordTrouble) || !error.invalidForm) throw error;
        const { code, faults } = error;
        log.error({ ...about, code, faults }, 'Discord cannot read a message of ours');
        return send(next);
      }),
    send(first),
  );
}

/**
 * As it should look, its words with its buttons, its words alone. A message of the newer sort can't become one of the older
 * sort, so that there are two of the last.
 */
export function shapesOf(body: MessageBody): [MessageBody, ...MessageBody[]] {
  const { flags, components, allowed_mentions } = body;
  const bare = bareOf(body);
  const inWords = (text: string, rows: APIMessageTopLevelComponent[] = []): MessageBody => ({
    flags,
    components: [{ type: ComponentType.TextDisplay, content: text || '…' }, ...rows],
    allowed_mentions,
  });
  const rows = rowsIn(components);
  return [
    body,
    ...(rows.length > 0 ? [inWords(cut(textOf(components), TEXT_LENGTH), rows)] : []),
    inWords(bare.content ?? ''),
    bare,
  ];
}

/**
 * The same of a message with files: the older sort with its buttons, then without. Its pictures and videos stand below by
 * themselves.
 */
export function bareShapesOf(body: MessageBody): [MessageBody, ...MessageBody[]] {
  const rows = rowsIn(body.components);
  return rows.length > 0 ? [bareOf(body, rows), bareOf(body)] : [bareOf(body)];
}

/** The texts of a message, the addresses behind its buttons, and its buttons, or what can be typed in their place. */
function bareOf(
  { flags, components, allowed_mentions }: MessageBody,
  rows: APIMessageTopLevelComponent[] = [],
): MessageBody {
  const ends = [
    ...components.flatMap(addressesIn),
    ...(rows.length > 0 ? [] : linesForButtons(components.flatMap(buttonsIn), typed)),
  ].join('\n');
  const room = TEXT_LENGTH - ends.length - 1;
  return {
    flags: flags & ~MessageFlags.IsComponentsV2,
    content: `${cut(textOf(components), Math.max(0, room))}\n${ends}`.trim(),
    components: rows,
    allowed_mentions,
  };
}

const textOf = (parts: readonly Part[]): string => parts.flatMap(textsIn).join('\n');

function textsIn(part: Part): string[] {
  if (part.type === ComponentType.Container || part.type === ComponentType.Section)
    return part.components.flatMap(textsIn);
  return part.type === ComponentType.TextDisplay ? [part.content] : [];
}

function controlsIn(part: Part): APIComponentInMessageActionRow[] {
  if (part.type === ComponentType.Container) return part.components.flatMap(controlsIn);
  if (part.type === ComponentType.Section)
    return part.accessory.type === ComponentType.Button ? [part.accessory] : [];
  return part.type === ComponentType.ActionRow ? part.components : [];
}

const isButton = (control: APIComponentInMessageActionRow): control is APIButtonComponent =>
  control.type === ComponentType.Button;

function rowsIn(parts: readonly Part[]): APIMessageTopLevelComponent[] {
  const buttons = parts.flatMap(controlsIn).filter(isButton);
  return Array.from({ length: Math.ceil(buttons.length / BUTTONS_IN_ROW) }, (_, row) => ({
    type: ComponentType.ActionRow as const,
    components: buttons.slice(row * BUTTONS_IN_ROW, (row + 1) * BUTTONS_IN_ROW),
  }));
}

const typed = (command: string, option: string, value: string): string => `/${command} ${option}:${value}`;

const buttonsIn = (part: Part): { label: string; id: string }[] =>
  controlsIn(part)
    .filter(isButton)
    .flatMap((button) =>
      'custom_id' in button
        ? [{ label: ('label' in button && button.label) || '', id: button.custom_id }]
        : [],
    );

const addressesIn = (part: Part): string[] =>
  controlsIn(part)
    .filter(isButton)
    .flatMap((button) => (button.style === ButtonStyle.Link ? [button.url] : []));
