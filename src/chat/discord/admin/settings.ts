/** Settings, by command and on the panel. The command itself asks who may, at every press. */

import type { Refusal } from '../../../core/refusals.ts';
import type { AuditEntry, OwnSettings, Settings, Texts } from '../../../core/settings/setting.ts';
import { HISTORY, SHOW } from '../../../core/settings/settings-parts.ts';
import { type Words, wordsFor } from '../../../words/index.ts';
import { changedLines, historyLines } from '../../../words/settings.ts';
import { wantedByForm } from '../../settings-forms.ts';
import { panelWithForms, type RequestedChange, wantedByPress } from '../../settings-panel.ts';
import { callOf } from '../inbound/asker.ts';
import type { InboundParts } from '../inbound/parts.ts';
import type { AskOf, InboundRecord } from '../inbound/record.ts';
import type { MessageBody } from '../render.ts';
import { framed, heading, refusalNotice, textOf } from '../views.ts';
import { memberIdOf, naming, withMentions } from './naming.ts';
import { pageMessage } from './panel.ts';
import { isRoleKey } from './reading.ts';

type AdminRecord = InboundRecord<AskOf<'admin'>>;
type Parts = Pick<InboundParts, 'core' | 'commands' | 'replies'>;

/** `/settings` with one of its parts. */
export async function settingsCommand(parts: Parts, asked: AdminRecord): Promise<void> {
  const { target, ask } = asked;
  const words = wordsFor(target.locale);
  const view = await execute(parts, asked, ask.arg, ask.options);
  await parts.replies.say(
    { target },
    view.ok ? messageOf(words, view.value) : refusalNotice(words, view.refusal),
  );
}

/** A press on the panel: what was changed by it, above how everything stands then. */
export async function panelPress(parts: Parts, asked: AdminRecord): Promise<void> {
  const { target } = asked;
  const words = wordsFor(target.locale);
  const entries: AuditEntry[] = [];
  const refusals: Refusal[] = [];
  for (const { part, texts } of wantedBy(parts, asked)) {
    const view = await execute(parts, asked, part, texts);
    if (!view.ok) refusals.push(view.refusal);
    else if (view.value.kind === 'changed') entries.push(...view.value.entries);
  }
  const shown = await execute(parts, asked, SHOW, {});
  // Whoever may not change anything does not see anything new either.
  if (!shown.ok) return parts.replies.replyPrivately({ target }, refusalNotice(words, shown.refusal));
  if (shown.value.kind !== 'settings') throw new Error('settings are not shown');
  const changes = entries.length > 0 || refusals.length === 0 ? changedLines(words, entries, naming) : [];
  const news = [...refusals.map((one) => words.refusal(one)), ...changes];
  await parts.replies.say({ target }, panelOf(words, shown.value, news));
}

/** Beside the panel. */
export async function panelHistory(parts: Parts, asked: AdminRecord): Promise<void> {
  const { target } = asked;
  const words = wordsFor(target.locale);
  const view = await execute(parts, asked, HISTORY, {});
  const body = view.ok ? messageOf(words, view.value) : refusalNotice(words, view.refusal);
  await parts.replies.replyPrivately({ target }, body);
}

const execute = ({ core, commands }: Parts, asked: AdminRecord, part: string, options: Texts) =>
  commands.settings.execute({ ...callOf(asked, { options }), part }, core);

type SettingsValue = Extract<Awaited<ReturnType<typeof execute>>, { ok: true }>['value'];
type CurrentSettings = { settings: Settings; own: OwnSettings };

function messageOf(words: Words, shown: SettingsValue): MessageBody {
  const { t } = words;
  if (shown.kind === 'settings') return panelOf(words, shown);
  if (shown.kind === 'changed')
    return framed([textOf(...changedLines(words, shown.entries, naming).map(withMentions))]);
  const lines = historyLines(words, shown.entries, naming, shown.timeZone);
  return framed([heading(t('settings.history')), textOf(...lines.map(withMentions))]);
}

const panelOf = (words: Words, inForce: CurrentSettings, news: readonly string[] = []): MessageBody =>
  pageMessage(panelWithForms({ words, ...inForce, naming }, news));

/** What a press, a menu or a form of the panel asks for. A menu brings all that are chosen. */
function wantedBy({ core }: Parts, asked: AdminRecord): RequestedChange[] {
  const { act, arg, values, options } = asked.ask;
  const settings = core.settings.of(callOf(asked).requester.spaceId);
  const whoIn = (field: string): Texts => {
    const id = options[field];
    if (id === undefined) return {};
    return options[isRoleKey(field)] === 'true' ? { role: id } : { member: memberIdOf(id) };
  };
  return (
    wantedByForm(act, options, settings, whoIn) ??
    wantedByPress({ code: act, arg }, values, settings, memberIdOf) ??
    []
  );
}
