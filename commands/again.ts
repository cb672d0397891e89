import type { Command } from '../src/core/command.ts';
import { accept } from '../src/core/refusals.ts';

export const again = {
  data: {
    name: 'again',
    description: "Render a job's picture and clip once more",
    options: [
      { name: 'job', type: 'text', maxLength: 100, required: true, description: 'The code of the job' },
    ],
  },
  async execute(call, { intake, jobs }) {
    const job = await jobs.find(call.requester.spaceId, call.options.job ?? '');
    if (!job.ok) return job;
    const next = await intake.again(call, job.value);
    return next.ok ? accept({ kind: 'job', job: next.value }) : next;
  },
} satisfies Command;
