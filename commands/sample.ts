import type { ChatCommand } from '../src/chat/command.ts';
import { readChoices } from '../src/core/intake/choices.ts';
import type { IntakeResult } from '../src/core/intake/offer.ts';
import { refuse } from '../src/core/refusals.ts';
import { animate } from './animate.ts';

/** A picture and a clip of our own. Whom it shows is known, and a draft of it costs nothing: nobody is asked anything. */
export const sample: ChatCommand<IntakeResult> = {
  audience: 'buttons',
  data: { name: 'sample', options: [{ name: 'pair', type: 'text', maxLength: 40 }] },
  async execute(call, { access, offers }) {
    const shut = access.refusalFor(call);
    if (shut) return refuse(shut);
    const choices = readChoices({ quality: 'draft' });
    if (!choices.ok) return choices;
    const { image, clip } = call.files;
    if (!image) return refuse({ code: 'missing-image' });
    if (!clip) return refuse({ code: 'missing-clip' });
    const consent = { answer: 'no-person', language: 'en' } as const;
    return offers.take({ ...call, consent }, { image, clip }, choices.value, false);
  },
  show: animate.show,
};
