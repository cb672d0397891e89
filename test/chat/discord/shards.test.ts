import { Events } from 'discord.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type DiscordSim, startDiscord } from '../../../simulators/discord/start.ts';
import type { SimChannel, SimUser } from '../../../simulators/discord/world.ts';
import { createConnection } from '../../../src/chat/discord/client.ts';
import { type Shards, shards } from '../../../src/chat/discord/shards.ts';
import { readConfig } from '../../../src/config.ts';

/** Where a process with that setting hears of messages, by the servers' ids. */
async function listener(discord: DiscordSim, setting: string) {
  const connection = createConnection(discord.apiUrl, { shards: shards.parse(setting) });
  onTestFinished(() => connection.close());
  const heard: string[] = [];
  connection.client.on(Events.Raw, ({ t, d }: { t: string; d: { guild_id: string } }) => {
    if (t !== 'MESSAGE_CREATE') return;
    heard.push(d.guild_id);
    discord.sim.changed();
  });
  const ready = new Promise((resolve) => connection.client.once(Events.ClientReady, resolve));
  await connection.client.login(discord.token);
  await ready;
  return heard;
}

describe('DISCORD_SHARDS', () => {
  it.each<[string, Shards]>([
    ['auto', 'auto'],
    ['0-3/8', { shards: [0, 1, 2, 3], shardCount: 8 }],
    ['7-7/8', { shards: [7], shardCount: 8 }],
    ['2/8', { shards: [2], shardCount: 8 }],
  ])('reads %s', (text, read) => expect(readConfig({ DISCORD_SHARDS: text }).DISCORD_SHARDS).toEqual(read));

  it('is auto by itself', () => expect(readConfig({}).DISCORD_SHARDS).toBe('auto'));

  it.each(['all', '0-3', '3-1/8', '0-8/8', '8/8', '0-3/0', '-1/8', '0-3/8,5'])('refuses %s', (text) =>
    expect(() => readConfig({ DISCORD_SHARDS: text })).toThrow('DISCORD_SHARDS: must be auto, or which'),
  );

  it('deals the servers out to two processes of two shards each: each hears its own, and nobody two', async () => {
    let now = Date.now();
    // The shard of a server comes from the millisecond of its making: here none falls into another's.
    const time = { now: () => now++, after: () => undefined };
    await using discord = await startDiscord({ time, settings: { maxConcurrency: 4 } });
    const shardOf = ({ id }: { id: string }) => Number((BigInt(id) >> 22n) % 4n);
    const guilds: { id: string }[] = [];
    const rooms: [SimUser, SimChannel][] = [];
    while (new Set(guilds.map(shardOf)).size < 4) {
      // Whatever the steps of the clock are, they don't leave one out.
      now += guilds.length;
      const guild = discord.guild('Dancers');
      guilds.push(guild);
      rooms.push([discord.member(guild, 'Ada'), discord.channel(guild, 'general')]);
    }
    const [first, second] = await Promise.all([listener(discord, '0-1/4'), listener(discord, '2-3/4')]);
    expect(discord.gateway.sessions.map(({ shard }) => shard.join('/')).sort()).toEqual([
      '0/4',
      '1/4',
      '2/4',
      '3/4',
    ]);
    for (const [ada, room] of rooms) await discord.say(ada, room, 'hello');
    await discord.waitFor(() => first.length + second.length >= guilds.length);
    const expected = (shards: number[]) =>
      guilds.filter((guild) => shards.includes(shardOf(guild))).map(({ id }) => id);
    expect(first.toSorted()).toEqual(expected([0, 1]).toSorted());
    expect(second.toSorted()).toEqual(expected([2, 3]).toSorted());
  });
});
