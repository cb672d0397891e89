/** One thing that an admin changes, and what becomes of the settings by it. */
import type { Micros } from './money.ts';
import { accept, type Outcome, refuse } from './refusals.ts';
import {
  type Grant,
  type LimitRule,
  type OwnSettings,
  ownSettingsSchema,
  type SettingName,
  sameSubject,
  sameWho,
} from './settings.ts';
import { isTimeZone } from './windows.ts';

export type Change =
  | { what: 'limit'; rule: LimitRule }
  /** Puts one on the list of those who may, or takes it off again; an empty list lets all in. */
  | { what: 'allow'; kind: 'channels' | 'roles' | 'members'; id: string }
  | { what: 'block'; member: string; until?: number }
  | { what: 'unblock'; member: string }
  | { what: 'providers'; providers: readonly string[] }
  | { what: 'quality'; quality: 'standard' | 'pro' }
  | { what: 'confirm'; aboveMicros: Micros }
  | { what: 'notify'; on: boolean }
  | { what: 'log-channel'; channel: string | undefined }
  | { what: 'timezone'; zone: string }
  | { what: 'retention'; days: number }
  | { what: 'grant'; grant: Grant }
  /** Back to what holds where nothing was set: one setting, or all of them. */
  | { what: 'reset'; setting?: SettingName };

/** The settings after a change, or the reason why there can't be such settings. */
export function changed(own: OwnSettings, change: Change, now: number): Outcome<OwnSettings> {
  const next = apply(own, change, now);
  if (!next.ok) return next;
  const checked = ownSettingsSchema.safeParse(next.value);
  // The fronts read the words already; what is left here is a number or a name out of its bounds.
  if (!checked.success) return refuse({ code: 'bad-option', option: change.what, allowed: [] });
  return accept(checked.data);
}

function apply(own: OwnSettings, change: Change, now: number): Outcome<OwnSettings> {
  switch (change.what) {
    case 'limit': {
      const others = (own.limits ?? []).filter((rule) => !sameSubject(rule, change.rule));
      return accept({ ...own, limits: [...others, change.rule] });
    }
    case 'allow': {
      const list = own[change.kind] ?? [];
      const rest = list.filter((id) => id !== change.id);
      return accept({ ...own, [change.kind]: rest.length < list.length ? rest : [...list, change.id] });
    }
    case 'block': {
      if (change.until !== undefined && change.until <= now)
        return refuse({ code: 'bad-option', option: 'until', allowed: [] });
      const others = (own.blocked ?? []).filter(({ member }) => member !== change.member);
      const block = { member: change.member, ...(change.until === undefined ? {} : { until: change.until }) };
      return accept({ ...own, blocked: [...others, block] });
    }
    case 'unblock':
      return accept({
        ...own,
        blocked: (own.blocked ?? []).filter(({ member }) => member !== change.member),
      });
    case 'providers': {
      if (change.providers.length === 0) return accept(without(own, 'providers'));
      return accept({ ...own, providers: [...new Set(change.providers)] });
    }
    case 'quality':
      return accept({ ...own, quality: change.quality });
    case 'confirm':
      return accept({ ...own, confirmAboveMicros: change.aboveMicros });
    case 'notify':
      return accept({ ...own, notify: change.on });
    case 'log-channel':
      return accept(
        change.channel === undefined ? without(own, 'logChannel') : { ...own, logChannel: change.channel },
      );
    case 'timezone':
      if (!isTimeZone(change.zone))
        return refuse({
          code: 'bad-option',
          option: 'timezone',
          allowed: ['Europe/Berlin', 'America/New_York', 'UTC'],
        });
      return accept({ ...own, timeZone: change.zone });
    case 'retention':
      return accept({ ...own, retentionDays: change.days });
    case 'grant': {
      if (change.grant.until <= now) return refuse({ code: 'bad-option', option: 'until', allowed: [] });
      // What has run out goes with the next change.
      const others = (own.grants ?? []).filter(
        (grant) =>
          grant.until > now && !(grant.unit === change.grant.unit && sameWho(grant.who, change.grant.who)),
      );
      return accept({ ...own, grants: [...others, change.grant] });
    }
    case 'reset':
      return accept(change.setting === undefined ? {} : without(own, change.setting));
  }
}

function without(own: OwnSettings, name: SettingName): OwnSettings {
  const { [name]: _, ...rest } = own;
  return rest;
}
