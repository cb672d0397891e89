import { describe, expect, it } from 'vitest';
import type { Requester } from '../../src/core/job/job.ts';
import { type AccessRules, createAccess } from '../../src/core/limits/access.ts';
import type { OwnSettings } from '../../src/core/settings/setting.ts';
import { jobIn } from '../fakes/jobs.ts';
import { settle } from '../fakes/settings.ts';

const HERE = 'discord:10';
const ELSEWHERE = 'discord:11';
const OPEN: AccessRules = {
  allowedSpaces: undefined,
  operators: new Set(['discord:1']),
  allowPrivate: false,
};

const who = (memberId: string, spaceId = HERE, platform: Requester['platform'] = 'discord'): Requester => ({
  platform,
  spaceId,
  memberId,
  target: {},
});
const MEMBER = who('discord:7');
const OPERATOR = who('discord:1');
const PAGE = who('web:operator', 'web', 'web');

const NOW = 1000;
/** A door where the admins of the space said this. */
const accessOf = (rules: AccessRules, own: OwnSettings = {}) =>
  createAccess(rules, { of: () => settle(own, { limits: [], timeZone: 'UTC' }) }, { now: () => NOW });

describe('access', () => {
  it.each<[string, Partial<AccessRules>, Requester, boolean, string | undefined]>([
    ['a member of any space that invited the bot', {}, MEMBER, false, undefined],
    ['a member in private', {}, MEMBER, true, 'private-not-allowed'],
    ['a member in private where that is allowed', { allowPrivate: true }, MEMBER, true, undefined],
    ['a member of a space on the list', { allowedSpaces: new Set([HERE]) }, MEMBER, false, undefined],
    [
      'a member of a space off the list',
      { allowedSpaces: new Set([ELSEWHERE]) },
      MEMBER,
      false,
      'space-not-allowed',
    ],
    ['a member where the list is empty', { allowedSpaces: new Set() }, MEMBER, false, 'space-not-allowed'],
    [
      'a member in private, with a list',
      { allowedSpaces: new Set([HERE]) },
      MEMBER,
      true,
      'private-not-allowed',
    ],
    ['an operator in private', {}, OPERATOR, true, undefined],
    [
      'an operator in a space off the list',
      { allowedSpaces: new Set([ELSEWHERE]) },
      OPERATOR,
      false,
      undefined,
    ],
    ['the page', { allowedSpaces: new Set([ELSEWHERE]) }, PAGE, false, undefined],
  ])('for %s', (_who, rules, requester, isPrivate, code) => {
    const { refusalFor } = accessOf({ ...OPEN, ...rules });
    const refusal = refusalFor({ requester, standing: { moderator: false, private: isPrivate } });
    expect(refusal?.code).toBe(code);
  });

  it('tells a member in private which id an operator would have to add', () => {
    const call = { requester: MEMBER, standing: { moderator: false, private: true } };
    expect(accessOf(OPEN).refusalFor(call)).toEqual({
      code: 'private-not-allowed',
      memberId: 'discord:7',
    });
  });

  it('is not granted to somebody because they moderate a space', () => {
    const { refusalFor } = accessOf({ ...OPEN, allowedSpaces: new Set() });
    const call = { requester: MEMBER, standing: { moderator: true, private: false } };
    expect(refusalFor(call)).toEqual({ code: 'space-not-allowed' });
  });
});

describe('a job', () => {
  const job = { ...jobIn('queued'), requester: MEMBER };

  it.each<[string, Requester, boolean, boolean]>([
    ['its owner', MEMBER, false, true],
    ['its owner, calling from elsewhere', who('discord:7', ELSEWHERE), false, true],
    ['another member', who('discord:8'), false, false],
    ['a moderator of its space', who('discord:8'), true, true],
    ['a moderator of another space', who('discord:8', ELSEWHERE), true, false],
    [
      'somebody with the same number in another chat',
      who('telegram:7', 'telegram:10', 'telegram'),
      false,
      false,
    ],
    ['an operator', OPERATOR, false, true],
    ['the page', PAGE, false, true],
  ])('of %s', (_who, requester, moderator, answers) => {
    const { mayTouch } = accessOf(OPEN);
    expect(mayTouch({ requester, standing: { moderator, private: false } }, job)).toBe(answers);
  });
});

describe('what the admins of a space decided', () => {
  const inChannel = { ...MEMBER, channelId: 'general', roles: ['crew'] };
  const notAllowed = (why: string) => ({ code: 'not-allowed', why });

  it.each<[string, OwnSettings, boolean, unknown]>([
    ['nothing', {}, false, undefined],
    ['this channel', { channels: ['general'] }, false, undefined],
    ['another channel', { channels: ['memes'] }, false, notAllowed('channel')],
    ['another channel, for a moderator too', { channels: ['memes'] }, true, notAllowed('channel')],
    ['a role of the member', { roles: ['boss', 'crew'] }, false, undefined],
    ['another role', { roles: ['boss'] }, false, notAllowed('role')],
    ['another role, which no moderator needs', { roles: ['boss'] }, true, undefined],
    ['the member by name', { roles: ['boss'], members: ['discord:7'] }, false, undefined],
    ['other members', { members: ['discord:8'] }, false, notAllowed('role')],
    ['a block', { blocked: [{ member: 'discord:7' }] }, true, { code: 'blocked' }],
    [
      'a block for a while',
      { blocked: [{ member: 'discord:7', until: 2000 }] },
      false,
      { code: 'blocked', until: 2000 },
    ],
    ['a block that is over', { blocked: [{ member: 'discord:7', until: NOW }] }, false, undefined],
  ])('holds: %s', (_name, own, moderator, refusal) => {
    const call = { requester: inChannel, standing: { moderator, private: false } };
    expect(accessOf(OPEN, own).refusalFor(call)).toEqual(refusal);
  });

  it('does not hold for the operator', () => {
    const call = { requester: OPERATOR, standing: { moderator: false, private: false } };
    expect(
      accessOf(OPEN, { channels: ['memes'], blocked: [{ member: 'discord:1' }] }).refusalFor(call),
    ).toBeUndefined();
  });
});
