/** A message without its form: plain text, for when Discord can't read what we made of it. */
import { type APIMessageTopLevelComponent, ButtonStyle, ComponentType, MessageFlags } from 'discord.js';
import { cut } from '../../../core/text.ts';
import type { MessageBody } from '../render.ts';

/** Of a message's text (developer docs, resources/message, 2026-11-21). */
const TEXT_LENGTH = 2_000;

type Part =
  | APIMessageTopLevelComponent
  | Extract<APIMessageTopLevelComponent, { type: ComponentType.Container }>['components'][number];

/** The texts of a message and the addresses behind its buttons. Its pictures and videos stand below by themselves. */
export function bareOf({ flags, components, allowed_mentions }: MessageBody): MessageBody {
  const addresses = components.flatMap(addressesIn).join('\n');
  const text = components.flatMap(textsIn).join('\n');
  const room = TEXT_LENGTH - addresses.length - 1;
  return {
    flags: flags & ~MessageFlags.IsComponentsV2,
    content: `${cut(text, Math.max(0, room))}\n${addresses}`.trim(),
    components: [],
    allowed_mentions,
  };
}

function textsIn(part: Part): string[] {
  if (part.type === ComponentType.Container) return part.components.flatMap(textsIn);
  return part.type === ComponentType.TextDisplay ? [part.content] : [];
}

function addressesIn(part: Part): string[] {
  if (part.type === ComponentType.Container) return part.components.flatMap(addressesIn);
  if (part.type !== ComponentType.ActionRow) return [];
  return part.components.flatMap((button) =>
    button.type === ComponentType.Button && button.style === ButtonStyle.Link ? [button.url] : [],
  );
}
