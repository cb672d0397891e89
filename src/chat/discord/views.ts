/** Pieces of the settings panel. */
import {
  type APIButtonComponentWithCustomId,
  type APIComponentInContainer,
  ButtonStyle,
  ComponentType,
  MessageFlags,
} from 'discord.js';
import type { Refusal } from '../../core/refusals.ts';
import type { Words } from '../../words/index.ts';
import { type MessageBody, notice } from './render.ts';
import { escapeText } from './text.ts';

/** Names are cut long before; this is what a message has room for. */
const TEXT_LENGTH = 1_800;

export const refusalNotice = (words: Words, refusal: Refusal): MessageBody => notice(words.refusal(refusal));

export const textOf = (...lines: readonly string[]): APIComponentInContainer => ({
  type: ComponentType.TextDisplay,
  content: lines.join('\n').slice(0, TEXT_LENGTH),
});

export const button = (
  label: string,
  id: string,
  style: APIButtonComponentWithCustomId['style'] = ButtonStyle.Secondary,
): APIButtonComponentWithCustomId => ({
  type: ComponentType.Button,
  style,
  label: label.slice(0, 80),
  custom_id: id,
});

export const row = (...components: APIButtonComponentWithCustomId[]): APIComponentInContainer => ({
  type: ComponentType.ActionRow,
  components,
});

export const heading = (text: string): APIComponentInContainer => ({
  type: ComponentType.TextDisplay,
  content: `### ${escapeText(text)}`,
});

export const framed = (components: APIComponentInContainer[]): MessageBody => ({
  flags: MessageFlags.IsComponentsV2,
  components: [{ type: ComponentType.Container, components }],
  allowed_mentions: { parse: [] },
});
