import type { Command } from '../src/core/command.ts';
import { refuse } from '../src/core/refusals.ts';

/** With a new picture or a new clip, that one takes the place of the job's own. */
export const again = {
  data: {
    name: 'again',
    description: "Render a job's picture and clip once more",
    options: [
      { name: 'job', type: 'text', maxLength: 100, required: true, description: 'The code of the job' },
      { name: 'image', type: 'attachment', accepts: 'image', description: 'Another picture for its motion' },
      { name: 'clip', type: 'attachment', accepts: 'video', description: 'Another motion for its picture' },
    ],
  },
  async execute(call, { access, intake, jobs, offers }) {
    const shut = access.refusalAtDoor(call);
    if (shut) return refuse(shut);
    const found = await jobs.find(call, call.options.job ?? '');
    if (!found.ok) return found;
    const job = found.value;
    if (call.files.image || call.files.clip) {
      const uploads = { ...intake.uploadsOf(job), ...call.files };
      return offers.take(call, uploads, intake.choicesOf(job), call.ask ?? false);
    }
    return offers.again(call, job, call.ask ?? false);
  },
} satisfies Command;
