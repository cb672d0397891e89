import type { ChatCommand } from '../src/chat/command.ts';
import type { Line } from '../src/chat/page.ts';
import { accept } from '../src/core/refusals.ts';
import type { Status } from '../src/core/status.ts';
import { statusLines } from '../src/words/status.ts';

/** Whether it is the member or the provider; for operators, with everything that should be mended. */
export const status: ChatCommand<Status> = {
  audience: 'members',
  privately: true,
  data: { name: 'status', options: [] },
  async execute({ requester, seenByAll = false }, core) {
    // What is wrong with the bot is nobody else's business.
    return accept(await core.status(core.access.isOperator(requester) && !seenByAll));
  },
  show(words, value) {
    return {
      title: words.t('status.title'),
      tone: 'plain',
      lines: statusLines(words, value).map((text, at, all): Line => {
        const heads = at > 0 && all[at - 1] === '';
        return heads ? { text, strong: true } : text;
      }),
    };
  },
};
