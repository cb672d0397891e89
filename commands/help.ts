import type { ChatCommand } from '../src/chat/command.ts';
import { accept } from '../src/core/refusals.ts';
import type { WordKey } from '../src/words/index.ts';

/** `relaxed`: whether anybody here can be asked to let others go first. */
export const help: ChatCommand<{ relaxed: boolean }> = {
  audience: 'members',
  data: { name: 'help', options: [] },
  async execute(_call, { models }) {
    return accept({ relaxed: models.choice().speeds });
  },
  show({ t }, { relaxed }, { ways, offered }) {
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
        ...(relaxed ? [t('help.relaxed', { relaxed: t('choice.speed.relaxed') })] : []),
        '',
        t('help.commands'),
        ...offered.map((name) => `/${name} – ${t(`command.${name}.description` as WordKey)}`),
      ],
    };
  },
};
