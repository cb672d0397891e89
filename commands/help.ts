import type { ChatCommand } from '../src/chat/command.ts';
import { accept } from '../src/core/refusals.ts';
import type { WordKey } from '../src/words/index.ts';

export const help: ChatCommand<undefined> = {
  audience: 'members',
  data: { name: 'help', options: [] },
  async execute() {
    return accept(undefined);
  },
  show({ t }, _, { ways, offered }) {
    return {
      title: t('help.title'),
      tone: 'plain',
      lines: [
        t('help.intro'),
        '',
        ...ways.map((way) => t(way)),
        '',
        t('help.tips'),
        t('help.price'),
        '',
        t('help.commands'),
        ...offered.map((name) => `/${name} – ${t(`command.${name}.description` as WordKey)}`),
      ],
    };
  },
};
