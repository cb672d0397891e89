import { describe, expect, it } from 'vitest';
import type { Call, Command } from '../../src/core/command.ts';
import { throttled } from '../../src/core/limits/throttled.ts';
import { accept } from '../../src/core/refusals.ts';
import { createThrottle } from '../../src/engine/throttle.ts';
import { createWorld, MEMBER } from '../fakes/world.ts';

const call = (memberId: string): Call => ({
  id: 'discord-1',
  requester: { ...MEMBER.requester, memberId },
  standing: MEMBER.standing,
  options: {},
  files: {},
});

function make() {
  let done = 0;
  const help: Command = {
    data: { name: 'help', options: [] },
    execute: async () => {
      done += 1;
      return accept({ kind: 'jobs', jobs: [] });
    },
  };
  const { core } = createWorld().boot();
  const throttle = createThrottle({ commands: 3, perSeconds: 60 });
  const commands = throttled({ help }, throttle, { now: () => 1000 });
  return { ask: (member: string) => commands.help.execute(call(member), core), done: () => done };
}

describe('a member who floods the bot', () => {
  it('is told when to come back, and nothing more is done', async () => {
    const { ask, done } = make();
    for (let i = 0; i < 3; i += 1) expect((await ask('discord:7')).ok).toBe(true);
    const refused = await ask('discord:7');
    expect(refused).toMatchObject({ refusal: { code: 'slow-down' } });
    const retryAt = !refused.ok && refused.refusal.code === 'slow-down' ? refused.refusal.retryAt : 0;
    expect(retryAt).toBeGreaterThan(1000);
    expect(retryAt).toBeLessThanOrEqual(61_000);
    expect(done()).toBe(3);
  });

  it('does not keep others out', async () => {
    const { ask } = make();
    for (let i = 0; i < 5; i += 1) await ask('discord:7');
    expect((await ask('discord:8')).ok).toBe(true);
  });
});
