/** What buttons, menus and forms ask for, also those that an earlier version posted: they work for as long as they stand. */
import { type Action, NOBODY, readActionId } from '../page.ts';
import { PANEL_VERB } from '../settings-panel.ts';

/** Undefined for what is none of ours. */
export function readId(text: string): Action | undefined {
  const [, verb, code] = /^strut:([a-z-]{1,20}):([\w-]{1,60})$/.exec(text) ?? [];
  if (verb === undefined || code === undefined) return readOldAdminId(text) ?? readActionId(text);
  return fromOld(verb, code);
}

/** As an earlier version wrote it: the message that goes stood beside the code, and `me` for no code. */
export function fromOld(verb: string, code: string): Action {
  const [job = code, mark] = verb === 'delete-yes' ? code.split('-') : [];
  return { verb, code: job === 'me' ? NOBODY : job, ...(mark === undefined ? {} : { arg: mark }) };
}

/** An empty code stood there for none. */
function readOldAdminId(text: string): Action | undefined {
  const [, act, arg] = /^strut-admin:([a-z-]{1,20}):([\w-]{0,40})$/.exec(text) ?? [];
  if (act === undefined || arg === undefined) return undefined;
  if (!['ask', 'approve', 'refuse', 'csv'].includes(act))
    return { verb: PANEL_VERB, code: act, ...(arg === '' ? {} : { arg }) };
  return arg === '' ? undefined : { verb: act, code: arg };
}
