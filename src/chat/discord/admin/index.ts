/** What admins do with the settings, by command and on the panel. */
import { wordsFor } from '../../../words/index.ts';
import { HISTORY_CODE, PANEL_CODES } from '../../settings-panel.ts';
import type { InboundParts } from '../inbound/parts.ts';
import type { Asked, AskOf } from '../inbound/record.ts';
import { notice } from '../render.ts';
import { panelHistory, panelPress, settingsCommand } from './settings.ts';

type Deed = (parts: InboundParts, asked: Asked<AskOf<'admin'>>) => Promise<void>;

const DEEDS: Readonly<Record<string, Deed>> = {
  settings: settingsCommand,
  ...Object.fromEntries(PANEL_CODES.map((code) => [code, panelPress])),
  [HISTORY_CODE]: panelHistory,
};

export const ACTS: readonly string[] = Object.keys(DEEDS);

export async function administer(parts: InboundParts, asked: Asked<AskOf<'admin'>>): Promise<void> {
  const { act } = asked.ask;
  // Answered where one admin alone can see it, in the panel's place.
  const known = Object.hasOwn(DEEDS, act) && asked.target.private;
  const deed = known ? DEEDS[act] : undefined;
  if (deed) await deed(parts, asked);
  else await parts.replies.whisper(asked, notice(wordsFor(asked.target.locale).t('told.too-old')));
}
