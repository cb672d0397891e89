import type { Command } from '../src/core/command.ts';
import { accept } from '../src/core/refusals.ts';

export const quota = {
  data: { name: 'quota', description: 'Show what you may still use, and when it resets', options: [] },
  async execute({ requester }, core) {
    const lines = await core.quota(requester);
    // The operator's budget says what the operator spends, which is nobody else's business.
    const shown = core.access.isOperator(requester)
      ? lines
      : lines.filter(({ scope }) => scope !== 'operator');
    return accept({ kind: 'quota', lines: shown });
  },
} satisfies Command;
