import { CHOICE_OPTIONS, readChoices } from '../src/core/choices.ts';
import type { Command } from '../src/core/command.ts';
import { accept, refuse } from '../src/core/refusals.ts';

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
  async execute(call, { intake }) {
    const choices = readChoices(call.options);
    if (!choices.ok) return choices;
    const { image, clip } = call.files;
    if (!image) return refuse({ code: 'missing-image' });
    if (!clip) return refuse({ code: 'missing-clip' });
    const job = await intake.create(call, { image, clip }, choices.value);
    return job.ok ? accept({ kind: 'job', job: job.value }) : job;
  },
} satisfies Command;
