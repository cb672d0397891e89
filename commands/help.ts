import type { Command } from '../src/core/command.ts';
import { accept } from '../src/core/refusals.ts';
import { commands } from './index.ts';

export const help = {
  data: { name: 'help', description: 'Show what the bot can do', options: [] },
  async execute() {
    return accept({ kind: 'help', commands: Object.values(commands).map((command) => command.data) });
  },
} satisfies Command;
