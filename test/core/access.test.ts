import { describe, expect, it } from 'vitest';
import { type AccessRules, createAccess } from '../../src/core/access.ts';
import type { Requester } from '../../src/core/job.ts';
import { jobIn } from '../fakes/jobs.ts';

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

describe('the door', () => {
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
    const { refusalAtDoor } = createAccess({ ...OPEN, ...rules });
    const refusal = refusalAtDoor({ requester, standing: { moderator: false, private: isPrivate } });
    expect(refusal?.code).toBe(code);
  });

  it('tells a member in private which id an operator would have to add', () => {
    const call = { requester: MEMBER, standing: { moderator: false, private: true } };
    expect(createAccess(OPEN).refusalAtDoor(call)).toEqual({
      code: 'private-not-allowed',
      memberId: 'discord:7',
    });
  });

  it('is not opened by moderating a space', () => {
    const { refusalAtDoor } = createAccess({ ...OPEN, allowedSpaces: new Set() });
    const call = { requester: MEMBER, standing: { moderator: true, private: false } };
    expect(refusalAtDoor(call)).toEqual({ code: 'space-not-allowed' });
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
    const { mayTouch } = createAccess(OPEN);
    expect(mayTouch({ requester, standing: { moderator, private: false } }, job)).toBe(answers);
  });
});
