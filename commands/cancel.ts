import type { Command } from '../src/core/command.ts';
import { accept } from '../src/core/refusals.ts';

export const cancel = {
  data: {
    name: 'cancel',
    description: 'Stop a job while that can still save money',
    options: [
      { name: 'job', type: 'text', maxLength: 100, required: true, description: 'The code of the job' },
    ],
  },
  async execute(call, { jobs }) {
    const job = await jobs.find(call, call.options.job ?? '');
    if (!job.ok) return job;
    const cancelled = await jobs.cancel(job.value.id);
    return cancelled.ok ? accept({ kind: 'cancel', ...cancelled.value }) : cancelled;
  },
} satisfies Command;
