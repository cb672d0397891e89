import type { Command } from '../src/core/command.ts';
import { accept, refuse } from '../src/core/refusals.ts';

/** A front shows the foremost of them; what is older is asked for by its code. */
const LOOKED_AT = 500;

export const jobs = {
  data: {
    name: 'jobs',
    description: 'Show your recent jobs and how they stand',
    options: [
      { name: 'job', type: 'text', maxLength: 100, description: 'One job, by its code' },
      { name: 'all', type: 'switch', default: false, description: "Everybody's here (for moderators)" },
    ],
  },
  async execute(call, core) {
    const { requester, standing } = call;
    if (call.options.job !== undefined) {
      const one = await core.jobs.find(call, call.options.job);
      return one.ok ? accept({ kind: 'jobs', jobs: [one.value] }) : one;
    }
    if (call.options.all !== 'true') {
      return accept({ kind: 'jobs', jobs: await core.jobs.mine(requester.memberId, LOOKED_AT) });
    }
    if (!standing.moderator && !core.access.isOperator(requester)) return refuse({ code: 'not-allowed' });
    return accept({ kind: 'jobs', jobs: await core.jobs.recent(requester.spaceId, LOOKED_AT) });
  },
} satisfies Command;
