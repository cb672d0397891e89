import { checkedPage } from '../src/chat/coach.ts';
import type { ChatCommand } from '../src/chat/command.ts';
import type { Checked } from '../src/core/coach/coach.ts';
import { readChoices } from '../src/core/intake/choices.ts';
import { refuse } from '../src/core/refusals.ts';

/** What may go wrong with a picture, a clip or both, without a job. */
export const check: ChatCommand<Checked> = {
  audience: 'members',
  data: {
    name: 'check',
    options: [
      { name: 'image', type: 'attachment', accepts: 'image' },
      { name: 'clip', type: 'attachment', accepts: 'video' },
    ],
  },
  async execute(call, { access, coach }) {
    const shut = access.refusalFor(call);
    if (shut) return refuse(shut);
    const { image, clip } = call.files;
    if (!image && !clip) return refuse({ code: 'missing-image' });
    const choices = readChoices({});
    if (!choices.ok) return choices;
    const wishes = clip?.repeats ? { ...choices.value, loop: true } : choices.value;
    return coach.check(call.requester.spaceId, call.files, wishes);
  },
  show: (words, checked, { sheets }) => checkedPage(words, checked, sheets),
};
