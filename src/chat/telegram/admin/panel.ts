/** Pages about settings as Telegram draws them: a text with buttons. */
import type { Setting } from '../../../core/settings/setting.ts';
import type { Line, Page } from '../../page.ts';
import { onlyOption } from '../../settings-panel.ts';
import type { QuestionFacts } from '../../settings-questions.ts';
import type { Place } from '../inbound/records.ts';
import { type Body, type Button, callbackData, escapeHtml, keyboardOf, linesOf } from '../render.ts';
import { locationId } from './location.ts';
import { usageOf } from './parts.ts';

/** `anonymous`: asked for by an anonymous admin, of whom Telegram may not tell who presses. */
export const PANEL_VERBS = { known: 'settings', anonymous: 'settings-anonymous' } as const;

/** Where a panel stands: there are no roles, and only forums have channels of their own. */
export const placeFacts = (
  place: Pick<Place, 'chatId' | 'threadId' | 'forum'>,
  own: QuestionFacts['own'],
): Pick<QuestionFacts, 'here' | 'leaveOut' | 'written'> => ({
  here: locationId(place),
  leaveOut: (setting) => own[setting.key] === undefined && isForeign(setting, place.forum ?? false),
  written: ({ part, name }, example) => usageOf(part ?? name, example),
});

function isForeign(setting: Setting, forum: boolean): boolean {
  const option = onlyOption(setting);
  return option?.type === 'role' || (option?.type === 'channel' && !option.toPostIn && !forum);
}

export function bodyOf({ title, lines, rows = [] }: Page, anonymous = false): Body {
  const said = title === undefined ? linesOf(lines.map(textOf)) : linesOf(['', ...lines.map(textOf)]);
  const text = lines.reduce<string>(withCopy, said.text);
  const verb = PANEL_VERBS[anonymous ? 'anonymous' : 'known'];
  const reply_markup = keyboardOf(
    rows.map((row) =>
      row.flatMap((control): Button[] =>
        'code' in control && !('pick' in control)
          ? [{ text: control.label, data: callbackData(verb, control.code, control.arg) }]
          : [],
      ),
    ),
  );
  return {
    ...said,
    text: title === undefined ? text : `<b>${escapeHtml(title)}</b>${text}`,
    ...(reply_markup ? { reply_markup } : {}),
  };
}

const textOf = (admissionQueue: Line): string =>
  typeof admissionQueue === 'string' ? admissionQueue : admissionQueue.text;

/** In letters that a tap copies and that Telegram makes no mention of. */
function withCopy(text: string, admissionQueue: Line): string {
  if (typeof admissionQueue === 'string' || admissionQueue.copy === undefined) return text;
  const code = escapeHtml(admissionQueue.copy);
  return text.replace(code, () => `<code>${code}</code>`);
}
