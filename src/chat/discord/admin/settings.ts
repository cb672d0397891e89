/** Settings, by command and on the panel. The command itself asks who may, at every press. */
import type { Refusal } from '../../../core/refusals.ts';
import type { AuditEntry } from '../../../core/settings-book.ts';
import { type Words, wordsFor } from '../../../words/index.ts';
import { changedLines, historyLines } from '../../../words/settings.ts';
import { callOf } from '../inbound/asker.ts';
import type { InboundParts } from '../inbound/parts.ts';
import type { Asked, AskOf } from '../inbound/record.ts';
import type { MessageBody } from '../render.ts';
import { framed, heading, refusalNotice, textOf } from '../views.ts';
import { limitWish, moreWishes, type Wish } from './forms.ts';
import { memberIdOf, naming, withMentions } from './naming.ts';
import { MENU_SIZE, panelMessage } from './panel.ts';

type Administered = Asked<AskOf<'admin'>>;
type Parts = Pick<InboundParts, 'core' | 'commands' | 'replies'>;

/** `/settings` with one of its parts. */
export async function settingsCommand(parts: Parts, asked: Administered): Promise<void> {
  const { target, ask } = asked;
  const words = wordsFor(target.locale);
  const view = await execute(parts, asked, ask.arg, ask.options);
  await parts.replies.say(
    { target },
    view.ok ? messageOf(words, view.value) : refusalNotice(words, view.refusal),
  );
}

/** A press on the panel: what was changed by it, above how everything stands then. */
export async function panelPress(parts: Parts, asked: Administered): Promise<void> {
  const { target } = asked;
  const words = wordsFor(target.locale);
  const entries: AuditEntry[] = [];
  const refusals: Refusal[] = [];
  for (const { part, options } of wishesOf(parts, asked)) {
    const view = await execute(parts, asked, part, options);
    if (!view.ok) refusals.push(view.refusal);
    else if (view.value.kind === 'changed') entries.push(...view.value.entries);
  }
  const shown = await execute(parts, asked, 'show', {});
  // Whoever may not change anything does not see anything new either.
  if (!shown.ok) return parts.replies.whisper({ target }, refusalNotice(words, shown.refusal));
  if (shown.value.kind !== 'settings') throw new Error('settings are not shown');
  const changes = entries.length > 0 || refusals.length === 0 ? changedLines(words, entries, naming) : [];
  const news = [...refusals.map((one) => words.refusal(one)), ...changes];
  await parts.replies.say({ target }, panelMessage(words, shown.value, news));
}

/** Beside the panel. */
export async function panelHistory(parts: Parts, asked: Administered): Promise<void> {
  const { target } = asked;
  const words = wordsFor(target.locale);
  const view = await execute(parts, asked, 'history', {});
  const body = view.ok ? messageOf(words, view.value) : refusalNotice(words, view.refusal);
  await parts.replies.whisper({ target }, body);
}

const execute = (
  { core, commands }: Parts,
  asked: Administered,
  part: string,
  options: Record<string, string>,
) => commands.settings.execute({ ...callOf(asked, { options }), part }, core);

type Shown = Extract<Awaited<ReturnType<typeof execute>>, { ok: true }>['value'];

function messageOf(words: Words, shown: Shown): MessageBody {
  const { t } = words;
  if (shown.kind === 'settings') return panelMessage(words, shown);
  if (shown.kind === 'changed')
    return framed([textOf(...changedLines(words, shown.entries, naming).map(withMentions))]);
  const lines = historyLines(words, shown.entries, naming, shown.timeZone);
  return framed([heading(t('settings.history')), textOf(...lines.map(withMentions))]);
}

/** What a press asks for. A menu brings all that are chosen: those that came and those that went are found here. */
function wishesOf({ core }: Parts, { target, ask, ...who }: Administered): Wish[] {
  const { spaceId } = callOf({ target, ...who }).requester;
  const { act, arg, values, options } = ask;
  const settings = core.settings.of(spaceId);
  switch (act) {
    case 'channels':
      return toggled('channel', settings.channels, values);
    case 'roles':
      return toggled('role', settings.roles, values);
    case 'members':
      return toggled('member', settings.members, values.map(memberIdOf));
    case 'log-channel':
      return [{ part: 'log-channel', options: values[0] === undefined ? {} : { channel: values[0] } }];
    case 'quality':
      return [{ part: 'quality', options: { best: arg } }];
    case 'notify':
      return [{ part: 'notify', options: { members: arg } }];
    case 'limit': {
      const { only, channel, onlyIsRole, ...rest } = options;
      const roles = only !== undefined && onlyIsRole === 'true' ? [only] : [];
      return [limitWish(rest, { only, channel, roles })];
    }
    case 'more':
      return moreWishes(options, settings);
    default:
      return [];
  }
}

/** The menu shows only the first of a long list: the others are none of its business. */
function toggled(
  kind: 'channel' | 'role' | 'member',
  before: readonly string[],
  after: readonly string[],
): Wish[] {
  const gone = before.slice(0, MENU_SIZE).filter((id) => !after.includes(id));
  const come = after.filter((id) => !before.includes(id));
  return [...gone, ...come].map((id) => ({ part: 'allow', options: { [kind]: id } }));
}
