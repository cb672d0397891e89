import type { ChatCommand } from '../src/chat/command.ts';
import { NOBODY, said } from '../src/chat/page.ts';
import { accept } from '../src/core/refusals.ts';
import type { DeletionReport } from '../src/core/upkeep/privacy.ts';
import { forgottenLines, type PrivacyFacts, privacyLines } from '../src/words/privacy.ts';

type PrivacyAnswer = ({ kind: 'privacy' } & PrivacyFacts) | { kind: 'forgotten'; forgotten: DeletionReport };

export const privacy: ChatCommand<PrivacyAnswer> = {
  audience: 'members',
  data: {
    name: 'privacy',
    options: [
      { name: 'delete', type: 'switch', default: false, byButton: true },
      // What a button does, where a chat can hand over a file to one member alone.
      { name: 'export', type: 'switch', default: false, byButton: true },
    ],
  },
  async execute({ requester, options }, core) {
    if (options.delete === 'true')
      return accept({ kind: 'forgotten', forgotten: await core.privacy.forget(requester.memberId) });
    const { retentionDays } = core.settings.of(requester.spaceId);
    return accept({ kind: 'privacy', retentionDays, providers: core.privacy.providers() });
  },
  show(words, kept) {
    const { t } = words;
    if (kept.kind === 'forgotten') return said(...forgottenLines(words, kept.forgotten));
    return {
      title: t('privacy.title'),
      lines: privacyLines(words, kept),
      rows: [
        [
          { verb: 'my-data', code: NOBODY, label: t('button.my-data'), tone: 'primary' },
          { verb: 'forget', code: NOBODY, label: t('button.delete-data'), tone: 'danger' },
        ],
      ],
    };
  },
};
