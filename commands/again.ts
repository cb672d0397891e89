import type { ChatCommand } from '../src/chat/command.ts';
import type { IntakeResult } from '../src/core/intake/offer.ts';
import { refuse } from '../src/core/refusals.ts';
import { animate } from './animate.ts';

/** With a new picture or a new clip, that one takes the place of the job's own. */
export const again: ChatCommand<IntakeResult> = {
  audience: 'buttons',
  data: {
    name: 'again',
    options: [
      { name: 'job', type: 'text', maxLength: 100, required: true },
      { name: 'image', type: 'attachment', accepts: 'image' },
      { name: 'clip', type: 'attachment', accepts: 'video' },
    ],
  },
  async execute(call, { access, intake, jobs, offers, takedown }) {
    const shut = access.refusalFor(call);
    if (shut) return refuse(shut);
    const found = await jobs.find(call, call.options.job ?? '');
    if (!found.ok) return found;
    const job = found.value;
    if (await takedown.hides(job.id)) return refuse({ code: 'job-hidden' });
    if (call.files.image || call.files.clip) {
      const uploads = { ...(await intake.uploadsOf(job)), ...call.files };
      return offers.take(call, uploads, intake.choicesOf(job), call.ask ?? false);
    }
    return offers.again(call, job, call.ask ?? false);
  },
  show: animate.show,
};
