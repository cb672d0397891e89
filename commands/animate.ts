import { CHOICE_OPTIONS, readChoices } from '../src/core/choices.ts';
import type { Command } from '../src/core/command.ts';
import { refuse } from '../src/core/refusals.ts';

export const animate = {
  data: {
    name: 'animate',
    description: 'Make a picture move like a clip',
    options: [
      { name: 'image', type: 'attachment', accepts: 'image', description: 'The character that should move' },
      { name: 'clip', type: 'attachment', accepts: 'video', description: 'The motion that it should make' },
      ...CHOICE_OPTIONS,
    ],
  },
  async execute(call, { access, offers }) {
    const shut = access.refusalAtDoor(call);
    if (shut) return refuse(shut);
    const choices = readChoices(call.options);
    if (!choices.ok) return choices;
    const { image, clip } = call.files;
    if (!image) return refuse({ code: 'missing-image' });
    if (!clip) return refuse({ code: 'missing-clip' });
    // Chats send GIFs and stickers as videos, which only they can tell from others.
    const wishes = clip.repeats ? { loop: true, ...choices.value } : choices.value;
    return offers.take(call, { image, clip }, wishes, call.ask ?? false);
  },
} satisfies Command;
