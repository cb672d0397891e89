/** What a button, a menu or a form of the admins' half is for. All that it knows: everything else is in the store. */

/** `act`: the code of what stands on the settings panel. */
export const adminId = (act: string, arg = ''): string => `strut-admin:${act}:${arg}`;

/** Requests and reports are no matter of the panel's. */
const ELSEWHERE: ReadonlySet<string> = new Set(['ask', 'approve', 'refuse', 'csv']);

/** Undefined for what is none of these. */
export function readAdminId(text: string): { act: string; arg: string } | undefined {
  const [, act, arg] = /^strut-admin:([a-z-]{1,20}):([\w-]{0,40})$/.exec(text) ?? [];
  return act === undefined || arg === undefined || ELSEWHERE.has(act) ? undefined : { act, arg };
}
