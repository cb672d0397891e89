import type { ChatCommand } from '../src/chat/command.ts';
import { said } from '../src/chat/page.ts';
import { jobsPage } from '../src/chat/pages.ts';
import { cancellable } from '../src/core/job/cancel.ts';
import type { Job } from '../src/core/job/job.ts';
import { accept } from '../src/core/refusals.ts';
import { seenThere } from './jobs.ts';

/** Among so many of the newest, one under way is looked for. */
const LOOKED_AT = 50;

/** `which`: no job was named, and several can be meant, or none. */
type CancelAnswer = { kind: 'cancel'; how: 'cancelled' | 'asked'; job: Job } | { kind: 'which'; jobs: Job[] };

export const cancel: ChatCommand<CancelAnswer> = {
  audience: 'members',
  data: {
    name: 'cancel',
    // Without it, the only one that can be meant.
    options: [{ name: 'job', type: 'text', maxLength: 100 }],
  },
  async execute(call, { jobs }) {
    let named = call.options.job;
    if (named === undefined) {
      const mine = seenThere(call, await jobs.mine(call.requester.memberId, LOOKED_AT)).filter(cancellable);
      const [first, second] = mine;
      if (!first || second) return accept({ kind: 'which', jobs: mine });
      named = first.id;
    }
    const job = await jobs.find(call, named);
    if (!job.ok) return job;
    const cancelled = await jobs.cancel(job.value.id);
    return cancelled.ok ? accept({ kind: 'cancel', ...cancelled.value }) : cancelled;
  },
  show(words, done, facts) {
    const { t } = words;
    if (done.kind === 'which') return jobsPage(words, done.jobs, t('jobs.title'), facts);
    return said(t(done.how === 'asked' ? 'told.cancel-asked' : 'told.cancelled'));
  },
};
