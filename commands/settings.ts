import { parts } from '../settings/index.ts';
import type { Command } from '../src/core/command.ts';
import { accept, refuse } from '../src/core/refusals.ts';
import { HISTORY, SHOW } from '../src/core/settings-parts.ts';

const HISTORY_SHOWN = 20;

/** For those who manage the space, asked on every call: rights change. */
export const settings = {
  data: {
    name: 'settings',
    description: 'Set limits, access and more (admins only)',
    options: [],
    parts,
  },
  async execute(call, core) {
    const { requester, standing } = call;
    if (standing.private || requester.platform === 'web')
      return refuse({ code: 'not-allowed', why: 'in-private' });
    if (!standing.moderator && !core.access.isOperator(requester))
      return refuse({ code: 'not-allowed', why: 'admins-only' });
    const { spaceId } = requester;
    const part = call.part ?? SHOW;
    if (!Object.hasOwn(parts, part))
      return refuse({ code: 'bad-option', option: 'settings', allowed: Object.keys(parts) });
    if (part === HISTORY) {
      return accept({ kind: 'history', entries: await core.settings.history(spaceId, HISTORY_SHOWN) });
    }
    if (part === SHOW) return accept({ kind: 'settings', ...inForce() });
    const changed = await core.settings.change(call, part, call.options);
    return changed.ok ? accept({ kind: 'changed', entries: changed.value, ...inForce() }) : changed;

    function inForce() {
      return { settings: core.settings.of(spaceId), own: core.settings.own(spaceId) };
    }
  },
} satisfies Command;
