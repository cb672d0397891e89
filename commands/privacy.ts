import type { Command } from '../src/core/command.ts';
import { accept } from '../src/core/refusals.ts';

export const privacy = {
  data: {
    name: 'privacy',
    description: 'Show what is kept of you, and delete it',
    options: [
      {
        name: 'delete',
        type: 'switch',
        default: false,
        description: 'Delete my pictures, clips and videos now',
      },
    ],
  },
  async execute({ requester, options }, core) {
    if (options.delete !== 'true') {
      const { retentionDays } = core.settings.of(requester.spaceId);
      return accept({ kind: 'privacy', retentionDays });
    }
    return accept({ kind: 'forgotten', forgotten: await core.privacy.forget(requester.memberId) });
  },
} satisfies Command;
