import type { ChatCommand } from '../src/chat/command.ts';
import type { QuotaLine } from '../src/core/limits/quota.ts';
import { accept } from '../src/core/refusals.ts';
import { quotaLines } from '../src/words/quota.ts';

export const quota: ChatCommand<QuotaLine[]> = {
  audience: 'members',
  data: { name: 'quota', options: [] },
  async execute({ requester }, core) {
    const lines = await core.quota(requester);
    // The operator's budget says what the operator spends, which is nobody else's business.
    return accept(
      core.access.isOperator(requester) ? lines : lines.filter(({ scope }) => scope !== 'operator'),
    );
  },
  show: (words, lines) => ({ title: words.t('quota.title'), tone: 'plain', lines: quotaLines(words, lines) }),
};
