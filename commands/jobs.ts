import type { Command } from '../src/core/command.ts';
import { accept, refuse } from '../src/core/refusals.ts';

const SHOWN = 50;

export const jobs = {
  data: {
    name: 'jobs',
    description: 'Show your recent jobs and how they stand',
    options: [
      { name: 'all', type: 'switch', default: false, description: "Everybody's here (for moderators)" },
    ],
  },
  async execute(call, core) {
    const { requester, standing } = call;
    if (call.options.all !== 'true') {
      return accept({ kind: 'jobs', jobs: await core.jobs.mine(requester.memberId, SHOWN) });
    }
    if (!standing.moderator && !core.access.isOperator(requester)) return refuse({ code: 'not-allowed' });
    return accept({ kind: 'jobs', jobs: await core.jobs.recent(requester.spaceId, SHOWN) });
  },
} satisfies Command;
