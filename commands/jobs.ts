import type { ChatCommand } from '../src/chat/command.ts';
import { jobsPage } from '../src/chat/pages.ts';
import type { Call } from '../src/core/command.ts';
import type { Job } from '../src/core/job/job.ts';
import { accept, refuse } from '../src/core/refusals.ts';

/** A chat shows the foremost of them; what is older is asked for by its code. */
const LOOKED_AT = 500;

/** `one`: it was asked for by its code. */
type JobsAnswer = { kind: 'jobs'; of: 'one' | 'all' | 'mine'; jobs: Job[] };

/** What a member did in private, or in another space, is nobody's business in this one. */
export const seenThere = ({ seenByAll, requester }: Call, jobs: readonly Job[]): Job[] =>
  jobs.filter((job) => !seenByAll || job.requester.spaceId === requester.spaceId);

export const jobs: ChatCommand<JobsAnswer> = {
  audience: 'members',
  data: {
    name: 'jobs',
    options: [
      { name: 'job', type: 'text', maxLength: 100 },
      { name: 'all', type: 'switch', default: false },
    ],
  },
  async execute(call, core) {
    const { requester, standing, options } = call;
    if (options.job !== undefined) {
      const found = await core.jobs.find(call, options.job);
      if (!found.ok) return found;
      const one = seenThere(call, [found.value]);
      return one.length > 0
        ? accept({ kind: 'jobs', of: 'one', jobs: one })
        : refuse({ code: 'no-such-job' });
    }
    if (options.all !== 'true') {
      const mine = await core.jobs.mine(requester.memberId, LOOKED_AT);
      return accept({ kind: 'jobs', of: 'mine', jobs: seenThere(call, mine) });
    }
    if (!standing.moderator && !core.access.isOperator(requester)) return refuse({ code: 'not-allowed' });
    return accept({ kind: 'jobs', of: 'all', jobs: await core.jobs.recent(requester.spaceId, LOOKED_AT) });
  },
  show(words, { of, jobs: listed }, facts) {
    const { t } = words;
    const [first] = listed;
    if (of === 'one' && first) return jobsPage(words, listed, t('card.job', { code: first.code }), facts);
    return jobsPage(words, listed, t(of === 'all' ? 'jobs.title-all' : 'jobs.title'), facts);
  },
};
