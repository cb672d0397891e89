/** What admins do in Discord, and what members ask of them. */
import { wordsFor } from '../../../words/index.ts';
import type { InboundParts } from '../inbound/parts.ts';
import type { Asked, AskOf } from '../inbound/record.ts';
import { notice } from '../views.ts';
import { approve, ask, decline } from './decide.ts';
import { panelHistory, panelPress, settingsCommand } from './settings.ts';
import { sendCsv, usageCommand } from './usage.ts';

type Deed = (parts: InboundParts, asked: Asked<AskOf<'admin'>>) => Promise<void>;

const DEEDS: Readonly<Record<string, Deed>> = {
  settings: settingsCommand,
  usage: usageCommand,
  channels: panelPress,
  roles: panelPress,
  members: panelPress,
  'log-channel': panelPress,
  quality: panelPress,
  notify: panelPress,
  limit: panelPress,
  more: panelPress,
  history: panelHistory,
  ask,
  approve,
  refuse: decline,
  csv: sendCsv,
};

export async function administer(parts: InboundParts, asked: Asked<AskOf<'admin'>>): Promise<void> {
  const deed = DEEDS[asked.ask.act];
  if (deed) await deed(parts, asked);
  else await parts.replies.whisper(asked, notice(wordsFor(asked.target.locale).t('told.too-old')));
}
