/** What admins do with the settings, by command and on the panel. */
import { wordsFor } from '../../../words/index.ts';
import { HISTORY_CODE, PANEL_CODES } from '../../settings-panel.ts';
import type { InboundParts } from '../inbound/parts.ts';
import type { AskOf, InboundRecord } from '../inbound/record.ts';
import { notice } from '../render.ts';
import { panelHistory, panelPress, settingsCommand } from './settings.ts';

type AdminHandler = (parts: InboundParts, asked: InboundRecord<AskOf<'admin'>>) => Promise<void>;

const HANDLERS: Readonly<Record<string, AdminHandler>> = {
  settings: settingsCommand,
  ...Object.fromEntries(PANEL_CODES.map((code) => [code, panelPress])),
  [HISTORY_CODE]: panelHistory,
};

export const ACTIONS: readonly string[] = Object.keys(HANDLERS);

export async function administer(parts: InboundParts, asked: InboundRecord<AskOf<'admin'>>): Promise<void> {
  const { act } = asked.ask;
  // Answered where one admin alone can see it, in the panel's place.
  const known = Object.hasOwn(HANDLERS, act) && asked.target.private;
  const handler = known ? HANDLERS[act] : undefined;
  if (handler) await handler(parts, asked);
  else await parts.replies.replyPrivately(asked, notice(wordsFor(asked.target.locale).t('told.too-old')));
}
