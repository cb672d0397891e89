import { withSheet } from '../src/chat/coach.ts';
import type { ChatCommand } from '../src/chat/command.ts';
import { offerPage } from '../src/chat/offer-page.ts';
import { said } from '../src/chat/page.ts';
import { overPage } from '../src/chat/pages.ts';
import { CHOICE_OPTIONS, readChoices } from '../src/core/intake/choices.ts';
import type { IntakeResult } from '../src/core/intake/offers.ts';
import { refuse } from '../src/core/refusals.ts';
import { jobLine } from '../src/words/details.ts';

export const animate: ChatCommand<IntakeResult> = {
  audience: 'members',
  data: {
    name: 'animate',
    options: [
      { name: 'image', type: 'attachment', accepts: 'image' },
      { name: 'clip', type: 'attachment', accepts: 'video' },
      ...CHOICE_OPTIONS,
    ],
  },
  async execute(call, { access, offers }) {
    const shut = access.refusalFor(call);
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
  // A job tells how it stands in a message of its own.
  show(words, taken, { hasAdmins, sheets }) {
    if (taken.kind === 'offer') return withSheet(words, offerPage(words, taken.offer), taken.offer, sheets);
    return taken.kind === 'over' ? overPage(words, taken, hasAdmins) : said(jobLine(words, taken.job));
  },
};
