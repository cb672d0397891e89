/** Lets admins change the settings of their space: checks that a change can work there, and tells the other admins. */

import type { Context } from '../context.ts';
import { tellAdmins } from '../delivery/notices.ts';
import type { Caller } from '../limits/access.ts';
import { hostedModels } from '../models/chosen.ts';
import { type Outcome, type Refusal, refuse } from '../refusals.ts';
import type { AuditEntry, Place, Texts } from './setting.ts';
import { changed } from './settings-parts.ts';
import type { SettingsService } from './settings-service.ts';

export type SettingsChanges = Pick<SettingsService, 'of' | 'own' | 'history'> & {
  /** Answers what was changed; an empty list where all was so already. Whether the caller may is for the caller to know. */
  change(call: Caller, part: string, texts: Texts): Promise<Outcome<AuditEntry[]>>;
};

export function createSettingsChanges(ctx: Context): SettingsChanges {
  const { list, of, own, history } = ctx.settings;

  const placeOf = ({ platform, spaceId }: Caller['requester']): Place => ({
    canPost: async (channel) => (await ctx.chats.get(platform)?.canPost?.(spaceId, channel)) ?? false,
    providers: ctx.registry.hosted(),
    models: hostedModels(ctx.registry),
  });

  /** Why what was written can't be, or could not work here. */
  async function whyNot(
    requester: Caller['requester'],
    part: string,
    texts: Texts,
  ): Promise<Refusal | undefined> {
    const wanted = changed(list, own(requester.spaceId), part, texts, ctx.clock.now());
    if (!wanted.ok) return wanted.refusal;
    const { setting, after } = wanted.value;
    const value = setting && after[setting.key];
    return value === undefined ? undefined : setting?.refusal?.(value, placeOf(requester));
  }

  return {
    of,
    own,
    history,
    async change({ requester }, part, texts) {
      const { spaceId, memberId } = requester;
      const reason = await whyNot(requester, part, texts);
      if (reason) return refuse(reason);
      const before = of(spaceId).logChannel;
      const made = await ctx.settings.change(spaceId, memberId, part, texts);
      if (!made.ok || made.value.length === 0) return made;
      ctx.log.info(
        { space: spaceId, settings: made.value.map(({ setting }) => setting) },
        'settings changed',
      );
      const notice = { kind: 'changed' as const, entries: made.value };
      // Whoever reads the log must not miss that it ends.
      if (before !== undefined && before !== of(spaceId).logChannel)
        await tellAdmins(ctx, requester, notice, before);
      await tellAdmins(ctx, requester, notice);
      return made;
    },
  };
}
