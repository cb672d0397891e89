import type { Command } from '../src/core/command.ts';
import { accept } from '../src/core/refusals.ts';

const SHOWN = 50;

export const jobs = {
  data: { name: 'jobs', description: 'Show the recent jobs and how they stand', options: [] },
  async execute(call, core) {
    return accept({ kind: 'jobs', jobs: await core.jobs.recent(call.requester.spaceId, SHOWN) });
  },
} satisfies Command;
