import type { ChatCommand } from '../src/chat/command.ts';
import { said } from '../src/chat/page.ts';
import { accept } from '../src/core/refusals.ts';

/** Nobody else may animate what this member posts, wherever the bot is; or they may again. */
export const optout: ChatCommand<{ out: boolean }> = {
  audience: 'members',
  data: { name: 'optout', options: [{ name: 'off', type: 'switch', default: false }] },
  async execute({ requester, options }, core) {
    const out = options.off !== 'true';
    await core.optOut(requester, out);
    return accept({ out });
  },
  show: ({ t }, { out }) => said(t(out ? 'optout.out' : 'optout.in')),
};
