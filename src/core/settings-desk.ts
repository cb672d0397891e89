/** Where admins change the settings of their space: in words, checked where they would take effect, told to the others. */
import type { Caller } from './access.ts';
import type { Context } from './context.ts';
import { tellAdmins } from './notices.ts';
import { type Outcome, refuse } from './refusals.ts';
import type { AuditEntry, SettingsBook } from './settings-book.ts';
import { type ChangingPart, readChange } from './settings-words.ts';

export type SettingsDesk = Pick<SettingsBook, 'of' | 'own' | 'history'> & {
  /** Answers what was changed; an empty list where all was so already. Whether the caller may is for the caller to know. */
  change(
    call: Caller,
    part: ChangingPart,
    texts: Readonly<Record<string, string | undefined>>,
  ): Promise<Outcome<AuditEntry[]>>;
};

export function createSettingsDesk(ctx: Context): SettingsDesk {
  const { of, own, history } = ctx.settings;
  return {
    of,
    own,
    history,
    async change({ requester }, part, texts) {
      const change = readChange(part, texts, ctx.clock.now());
      if (!change.ok) return change;
      const { platform, spaceId, memberId } = requester;
      if (change.value.what === 'log-channel' && change.value.channel !== undefined) {
        const open = await ctx.chats.get(platform)?.canPost?.(spaceId, change.value.channel);
        if (!open) return refuse({ code: 'channel-closed' });
      }
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
