import { parts } from '../settings/index.ts';
import type { ChatCommand } from '../src/chat/command.ts';
import type { Line, Page } from '../src/chat/page.ts';
import type { Core } from '../src/core/command.ts';
import { isOperatorsOwn } from '../src/core/job/job.ts';
import { accept, refuse } from '../src/core/refusals.ts';
import type { AuditEntry, OwnSettings, Settings } from '../src/core/settings/setting.ts';
import { HISTORY, SHOW } from '../src/core/settings/settings-parts.ts';
import { changedLines, historyLines, libraryLines } from '../src/words/settings.ts';

const HISTORY_SHOWN = 20;
/** The part that is about something of a size of its own. */
const LIBRARY = 'library';

type LibrarySize = Awaited<ReturnType<Core['library']['size']>>;

type SettingsAnswer =
  | { kind: 'settings'; settings: Settings; own: OwnSettings }
  | { kind: 'changed'; entries: AuditEntry[]; settings: Settings; own: OwnSettings; library?: LibrarySize }
  | { kind: 'history'; entries: AuditEntry[]; timeZone: string };

/** For those who manage the space, asked on every call: rights change. */
export const settings: ChatCommand<SettingsAnswer> = {
  audience: 'admins',
  data: { name: 'settings', options: [], parts },
  async execute(call, core) {
    const { requester, standing } = call;
    if (standing.private || isOperatorsOwn(requester.platform))
      return refuse({ code: 'not-allowed', why: 'in-private' });
    if (!standing.moderator && !core.access.isOperator(requester))
      return refuse({ code: 'not-allowed', why: 'admins-only' });
    const { spaceId } = requester;
    const part = call.part ?? SHOW;
    if (!Object.hasOwn(parts, part))
      return refuse({ code: 'bad-option', option: 'settings', allowed: Object.keys(parts) });
    if (part === HISTORY) {
      const entries = await core.settings.history(spaceId, HISTORY_SHOWN);
      return accept({ kind: 'history', entries, timeZone: core.settings.of(spaceId).timeZone });
    }
    if (part === SHOW) return accept({ kind: 'settings', ...inForce() });
    const changed = await core.settings.change(call, part, call.options);
    if (!changed.ok) return changed;
    // How full it is, whether or not anything was changed.
    const library = part === LIBRARY ? { library: await core.library.size(spaceId) } : {};
    return accept({ kind: 'changed', entries: changed.value, ...inForce(), ...library });

    function inForce() {
      return { settings: core.settings.of(spaceId), own: core.settings.own(spaceId) };
    }
  },
  show(words, shown, { naming, panel }): Page {
    const named = (lines: string[]): Line[] => lines.map((text) => ({ text, named: true }));
    switch (shown.kind) {
      case 'settings':
        return panel.page({ words, ...shown, naming, verb: panel.verb });
      case 'changed':
        return {
          lines: named([
            ...changedLines(words, shown.entries, naming),
            ...(shown.library ? libraryLines(words, shown, shown.library, naming) : []),
          ]),
        };
      case 'history':
        return {
          title: words.t('settings.history'),
          lines: named(historyLines(words, shown.entries, naming, shown.timeZone)),
        };
    }
  },
};
