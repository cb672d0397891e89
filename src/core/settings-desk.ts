/** Where admins change the settings of their space: in words, checked where they would take effect, told to the others. */
import type { Caller } from './access.ts';
import type { Context } from './context.ts';
import { tellAdmins } from './notices.ts';
import { type Outcome, type Refusal, refuse } from './refusals.ts';
import type { AuditEntry, SettingsBook } from './settings-book.ts';
import type { Change } from './settings-change.ts';
import { type ChangingPart, readChange } from './settings-words.ts';

export type SettingsDesk = Pick<SettingsBook, 'of' | 'own' | 'history'> & {
  /** Answers what was changed; an empty list where all was so already. Whether the caller may is for the caller to know. */
  change(
    call: Caller,
    part: ChangingPart,
    texts: Readonly<Record<string, string | undefined>>,
  ): Promise<Outcome<AuditEntry[]>>;
};

/** Why a change that reads well could not work here. */
async function whyNot(
  ctx: Context,
  { platform, spaceId }: Caller['requester'],
  change: Change,
): Promise<Refusal | undefined> {
  if (change.what === 'log-channel' && change.channel !== undefined) {
    const open = await ctx.chats.get(platform)?.canPost?.(spaceId, change.channel);
    if (!open) return { code: 'channel-closed' };
  }
  if (change.what === 'providers') {
    const there = ctx.roster.hosted();
    if (change.providers.some((name) => !there.includes(name)))
      return { code: 'bad-option', option: 'providers', allowed: [...there, 'all'] };
  }
  return undefined;
}

export function createSettingsDesk(ctx: Context): SettingsDesk {
  const { of, own, history } = ctx.settings;
  return {
    of,
    own,
    history,
    async change({ requester }, part, texts) {
      const change = readChange(part, texts, ctx.clock.now());
      if (!change.ok) return change;
      const { spaceId, memberId } = requester;
      const reason = await whyNot(ctx, requester, change.value);
      if (reason) return refuse(reason);
      const before = of(spaceId).logChannel;
      const changed = await ctx.settings.change(spaceId, memberId, change.value);
      if (!changed.ok || changed.value.length === 0) return changed;
      ctx.log.info(
        { space: spaceId, settings: changed.value.map(({ setting }) => setting) },
        'settings changed',
      );
      const notice = { kind: 'changed' as const, entries: changed.value };
      // Whoever reads the log must not miss that it ends.
      if (before !== undefined && before !== of(spaceId).logChannel)
        await tellAdmins(ctx, requester, notice, before);
      await tellAdmins(ctx, requester, notice);
      return changed;
    },
  };
}
