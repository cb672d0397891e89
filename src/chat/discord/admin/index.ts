/** What admins do in Discord, and what members ask of them. */
import { wordsFor } from '../../../words/index.ts';
import { HISTORY_CODE, PANEL_CODES } from '../../settings-panel.ts';
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
  ...Object.fromEntries(PANEL_CODES.map((code) => [code, panelPress])),
  [HISTORY_CODE]: panelHistory,
  ask,
  approve,
  refuse: decline,
  csv: sendCsv,
};

/** Commands and their panels are answered where one admin alone can see it, in the panel's place. */
const FOR_ALL_TO_SEE: ReadonlySet<string> = new Set(['ask', 'approve', 'refuse']);

export const ACTS: readonly string[] = Object.keys(DEEDS);

export async function administer(parts: InboundParts, asked: Asked<AskOf<'admin'>>): Promise<void> {
  const { act } = asked.ask;
  // As in the members' half: anything may stand on a button that is not ours.
  const known = Object.hasOwn(DEEDS, act) && (asked.target.private || FOR_ALL_TO_SEE.has(act));
  const deed = known ? DEEDS[act] : undefined;
  if (deed) await deed(parts, asked);
  else await parts.replies.whisper(asked, notice(wordsFor(asked.target.locale).t('told.too-old')));
}
