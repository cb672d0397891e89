import { castPage } from '../src/chat/cast-page.ts';
import { withSheet } from '../src/chat/coach.ts';
import type { ChatCommand } from '../src/chat/command.ts';
import { offerPage } from '../src/chat/offer-page.ts';
import { said } from '../src/chat/page.ts';
import { overPage } from '../src/chat/pages.ts';
import { CHOICE_OPTIONS, readChoices } from '../src/core/intake/choices.ts';
import type { AnimateResult } from '../src/core/library/cast.ts';
import { ITEM_OPTIONS, withItems } from '../src/core/library/with-items.ts';
import { accept, refuse } from '../src/core/refusals.ts';
import { jobLine } from '../src/words/details.ts';

export const animate: ChatCommand<AnimateResult> = {
  audience: 'members',
  data: {
    name: 'animate',
    options: [
      { name: 'image', type: 'attachment', accepts: 'image' },
      { name: 'clip', type: 'attachment', accepts: 'video' },
      ...ITEM_OPTIONS,
      ...CHOICE_OPTIONS,
    ],
  },
  async execute(call, { access, offers, library, casts }) {
    const shut = access.refusalFor(call);
    if (shut) return refuse(shut);
    const { motion, character, characters, ...options } = call.options;
    const choices = readChoices(options);
    if (!choices.ok) return choices;
    if (characters !== undefined) {
      if (!motion) return refuse({ code: 'missing-motion' });
      const offer = await casts.offer(call, { motion, characters, choices: choices.value });
      return offer.ok ? accept({ kind: 'cast', offer: offer.value }) : offer;
    }
    const files = await withItems(library, call, call.files, { motion, character });
    if (!files.ok) return files;
    const { image, clip } = files.value;
    if (!image) return refuse({ code: 'missing-image' });
    if (!clip) return refuse({ code: 'missing-clip' });
    // Chats send GIFs and stickers as videos, which only they can tell from others.
    const wishes = clip.repeats ? { loop: true, ...choices.value } : choices.value;
    return offers.take(call, { image, clip }, wishes, call.ask ?? false);
  },
  // A job tells how it stands in a message of its own.
  show(words, taken, { hasAdmins, sheets }) {
    if (taken.kind === 'cast') return castPage(words, taken.offer);
    if (taken.kind === 'offer') return withSheet(words, offerPage(words, taken.offer), taken.offer, sheets);
    return taken.kind === 'over' ? overPage(words, taken, hasAdmins) : said(jobLine(words, taken.job));
  },
};
