/** Who is let in, and who may touch which job. Asked on every call: rights change between two clicks. */
import { isOperatorsOwn, type Job, type Requester } from '../job/job.ts';
import type { Clock } from '../ports.ts';
import type { Refusal } from '../refusals.ts';
import type { Settings } from '../settings/setting.ts';

/** What the chat knows of the member at this very moment, where they call from. */
export type Standing = {
  /** May manage the space: Manage Server, or an admin of the chat. */
  moderator: boolean;
  /** The call does not come from a space that the bot is part of. */
  private: boolean;
};

export type AccessRules = {
  /** The spaces that may use the bot; all that invite it when undefined. */
  allowedSpaces: ReadonlySet<string> | undefined;
  /** The operator's own accounts. */
  operators: ReadonlySet<string>;
  /** Whether others than operators may start jobs in private. */
  allowPrivate: boolean;
};

export type Access = {
  isOperator(requester: Requester): boolean;
  /** The operator's own accounts in the chats. */
  operators: ReadonlySet<string>;
  /** Why this member may not start jobs here, if so. */
  refusalFor(call: Caller): Refusal | undefined;
  /** The same of a yes to what `asked` has asked for, wherever it is said: what holds there holds for it, too. */
  refusalOfYes(call: Caller, asked: Requester): Refusal | undefined;
  /** Whether a job answers to this member: its owner, a moderator of its space, an operator. */
  mayTouch(call: Caller, job: Job): boolean;
};

/** What the admins of a space say about who may come in. */
type AccessLists = Pick<Settings, 'channels' | 'roles' | 'members' | 'blocked' | 'adult'>;

/** Who calls, and what they are where they call from. */
export type Caller = { requester: Requester; standing: Standing };

export function createAccess(
  rules: AccessRules,
  settings: { of(spaceId: string): AccessLists },
  clock: Clock,
): Access {
  // The page has a door of its own, and whoever is through it runs the bot.
  const isOperator = ({ platform, memberId }: Requester): boolean =>
    isOperatorsOwn(platform) || rules.operators.has(memberId);

  function refusalFor({ requester, standing }: Caller): Refusal | undefined {
    // Where no admins are, nobody can turn it on.
    const adultsToo = !standing.private && settings.of(requester.spaceId).adult;
    if (requester.forAdults && !adultsToo) return { code: 'adult-channel' };
    if (isOperator(requester)) return undefined;
    if (standing.private) {
      return rules.allowPrivate ? undefined : { code: 'private-not-allowed', memberId: requester.memberId };
    }
    if (rules.allowedSpaces && !rules.allowedSpaces.has(requester.spaceId))
      return { code: 'space-not-allowed' };
    return refusalBySettings({ requester, standing }, settings.of(requester.spaceId), clock.now());
  }

  return {
    isOperator,
    operators: rules.operators,
    refusalFor,
    refusalOfYes(call, asked) {
      const shut = refusalFor(call);
      // Who is an admin here is none there.
      const isHere = call.requester.spaceId === asked.spaceId;
      return shut ?? (isHere ? undefined : refusalFor({ requester: asked, standing: NOBODY_THERE }));
    },
    mayTouch({ requester, standing }, job) {
      if (isOperator(requester) || job.requester.memberId === requester.memberId) return true;
      return standing.moderator && job.requester.spaceId === requester.spaceId;
    },
  };
}

const NOBODY_THERE: Standing = { moderator: false, private: false };

/** A block holds for everybody; a list of channels too; lists of people are not meant for those who made them. */
function refusalBySettings(
  { requester, standing }: Caller,
  { channels, roles, members, blocked }: AccessLists,
  now: number,
): Refusal | undefined {
  const { memberId, channelId, roles: own = [] } = requester;
  const block = blocked.find(
    ({ member, until }) => member === memberId && (until === undefined || until > now),
  );
  if (block) return { code: 'blocked', ...(block.until === undefined ? {} : { until: block.until }) };
  if (channels.length > 0 && (channelId === undefined || !channels.includes(channelId)))
    return { code: 'not-allowed', why: 'channel' };
  if (roles.length + members.length === 0 || standing.moderator) return undefined;
  const named = members.includes(memberId) || own.some((role) => roles.includes(role));
  return named ? undefined : { code: 'not-allowed', why: 'role' };
}
