/** Tells those who decide: the operator in the log and in private, the admins in their log channel or in private. */
import type { Notice } from '../chat-port.ts';
import type { Context } from '../context.ts';
import { tellAdmins } from '../delivery/notices.ts';
import { isOperatorsOwn } from '../job/job.ts';
import type { Case } from './case.ts';

/** Where suspected abuse of a minor is reported. Nothing is sent there by itself. */
export const HOTLINES =
  'NCMEC CyberTipline (report.cybertip.org), IWF (report.iwf.org.uk), inhope.org for others';

/** Who has been told is noted one by one, so that a crash tells hardly anybody twice. */
export async function tellOf(ctx: Context, one: Case, reminder = false): Promise<void> {
  const { code, reason, locked, hidden, asker } = one;
  const facts = { job: code, space: asker.spaceId, reason, hidden };
  if (locked)
    ctx.log.error(facts, `a video may show a minor; it is locked. Don't pass it on; report it: ${HOTLINES}`);
  else ctx.log.warn(facts, reminder ? 'a reported video waits for a decision' : 'a video was reported');
  const notice: Notice = { kind: 'reported', about: one, reminder };
  const told = new Set(one.told);
  const once = async (name: string, tell: () => Promise<boolean>): Promise<boolean> => {
    if (told.has(name)) return true;
    if (!(await tell())) return false;
    told.add(name);
    await ctx.cases.change(one.jobId, (now) => now && { ...now, told: [...told] });
    return true;
  };
  for (const memberId of ctx.access.operators) await once(memberId, () => tellMember(ctx, memberId, notice));
  if (isOperatorsOwn(asker.platform)) return;
  if (await once('log-channel', () => tellAdmins(ctx, asker, notice))) return;
  for (const memberId of await adminsOf(ctx, one))
    await once(memberId, () => tellMember(ctx, memberId, notice));
}

async function adminsOf(ctx: Context, { asker: { platform, spaceId } }: Case): Promise<readonly string[]> {
  try {
    return (await ctx.chats.get(platform)?.adminsOf?.(spaceId)) ?? [];
  } catch (err) {
    ctx.log.warn({ err }, 'the admins of a space could not be found out');
    return [];
  }
}

/** In private. False where that can't be: many people never wrote to the bot. */
async function tellMember(ctx: Context, memberId: string, notice: Notice): Promise<boolean> {
  const [platform = ''] = memberId.split(':');
  const about = notice.kind === 'reported' ? notice.about.asker.spaceId : '';
  try {
    return (await ctx.chats.get(platform)?.post?.({ member: memberId }, about, notice)) ?? false;
  } catch (err) {
    ctx.log.warn({ err, notice: notice.kind }, 'somebody could not be told in private');
    return false;
  }
}
