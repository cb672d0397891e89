/** The settings panel where it stands in a chat: a page for each question, as Telegram has no menus and no forms. */
import type { Setting } from '../../../core/settings/setting.ts';
import { onlyOption, PANEL_VERB, type Panel } from '../../settings-panel.ts';
import { questionsPanel } from '../../settings-questions.ts';
import type { Place } from '../inbound/records.ts';
import { locationId } from '../target.ts';
import { usageOf } from './parts.ts';

/** Of the buttons that an anonymous admin asked for: Telegram may not tell who presses them. */
export const ANONYMOUS_VERB = 'settings-anonymous';

type PanelPlace = Pick<Place, 'chatId' | 'threadId' | 'forum' | 'anonymousAdmin'>;

export const panelOf = (place: PanelPlace): Panel =>
  questionsPanel(
    {
      here: locationId(place),
      isForeign: (setting) => isForeign(setting, place.forum ?? false),
      written: ({ part, name }, example) => usageOf(part ?? name, example),
    },
    place.anonymousAdmin ? ANONYMOUS_VERB : PANEL_VERB,
  );

/** There are no roles, and only forums have channels of their own. */
function isForeign(setting: Setting, forum: boolean): boolean {
  const option = onlyOption(setting);
  return option?.type === 'role' || (option?.type === 'channel' && !option.toPostIn && !forum);
}
