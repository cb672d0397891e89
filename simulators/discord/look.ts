/** What a reader sees of a message, for assertions. */
import { ComponentType } from 'discord-api-types/v10';
import { textsOf } from './mentions.ts';
import { buttonsOf } from './people.ts';
import { mediaOf, walk } from './schema/components.ts';
import type { SimMessage } from './world.ts';

/** All of its text, line by line; "thinking…" while the answer is still deferred. */
export const visibleText = (message: SimMessage): string =>
  message.thinking ? 'thinking…' : textsOf(message).join('\n');

/** Its buttons, as a person sees them. */
export const buttons = (message: SimMessage) =>
  buttonsOf(message).map(({ label, emoji, custom_id, url, disabled }) => ({
    label: label ?? emoji?.name ?? '',
    disabled: disabled ?? false,
    ...(custom_id ? { customId: custom_id } : {}),
    ...(url ? { url } : {}),
  }));

/** The pictures, videos and files that it shows, with the text for those who can't see them. */
export function mediaShown(
  message: SimMessage,
): { filename: string; url: string; alt: string | undefined }[] {
  const alts = new Map<object, string>();
  for (const { component } of walk(message.components)) {
    if (component.type === ComponentType.Thumbnail && component.description)
      alts.set(component.media, component.description);
    if (component.type === ComponentType.MediaGallery)
      for (const item of component.items) if (item.description) alts.set(item.media, item.description);
  }
  const inComponents = [...mediaOf(message.components)].map(({ media }) => {
    const file = message.files.find(({ pathname }) => pathname === media.file);
    return { filename: file?.filename ?? '', url: media.url, alt: alts.get(media) ?? file?.description };
  });
  const shown = new Set(inComponents.map(({ filename }) => filename));
  const loose = message.files
    .filter(({ filename }) => !shown.has(filename))
    .map(({ filename, pathname, description }) => ({ filename, url: pathname, alt: description }));
  return [...inComponents, ...loose];
}
