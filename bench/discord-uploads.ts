/**
 * What posting videos on Discord costs in memory: so many uploads at once, to a simulated Discord in a process of its
 * own. `node --expose-gc bench/discord-uploads.ts [uploads=20] [megabytes=30]`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { REST } from 'discord.js';
import { InteractionType } from 'discord-api-types/v10';
import { dispatchInteraction } from '../simulators/discord/interactions.ts';
import { startDiscord } from '../simulators/discord/start.ts';
import { createOutbound } from '../src/chat/discord/outbound/index.ts';
import { createTokens } from '../src/chat/discord/tokens.ts';
import { createScheduler } from '../src/engine/scheduler.ts';
import { createStore } from '../src/store/index.ts';
import { jobIn } from '../test/fakes/jobs.ts';

type Stage = {
  apiUrl: string;
  botToken: string;
  botId: string;
  asked: { id: string; token: string; userId: string; channelId: string; guildId: string }[];
};

if (process.argv[2] === 'discord') await serve(Number(process.argv[3]));
else await measure(Number(process.argv[2] ?? 20), Number(process.argv[3] ?? 30));

/** The other side: Discord with members who have all asked. */
async function serve(count: number): Promise<void> {
  const discord = await startDiscord({ settings: { webhookLimit: 'none', globalLimit: 'none' } });
  const guild = discord.guild('Dancers', { tier: 3 });
  const channel = discord.channel(guild, 'general');
  const asked = Array.from({ length: count }, (_, i) => {
    const user = discord.member(guild, `member ${i}`);
    const { id, token } = dispatchInteraction(discord.sim, {
      type: InteractionType.ApplicationCommand,
      user,
      channel,
      name: 'animate',
      data: {},
    });
    return { id, token, userId: user.id, channelId: channel.id, guildId: guild.id };
  });
  const stage: Stage = { apiUrl: discord.apiUrl, botToken: discord.token, botId: discord.bot.id, asked };
  process.send?.(stage);
  await once(process, 'disconnect');
  await discord[Symbol.asyncDispose]();
}

async function measure(count: number, megabytes: number): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), ['discord', String(count)], { execArgv: [] });
  const [stage] = (await once(child, 'message')) as [Stage];
  const folder = await mkdtemp(join(tmpdir(), 'strut-bench-'));
  const store = createStore(folder, (error) => console.error(error));
  const clock = { now: Date.now };
  const log = { debug() {}, info() {}, warn: console.warn, error: console.error };
  const tokens = createTokens({ kv: store.keyv('tokens'), clock });
  const rest = new REST({ api: stage.apiUrl }).setToken(stage.botToken);
  const outbound = createOutbound({
    rest,
    webhooks: rest,
    botToken: stage.botToken,
    tokens,
    kv: store.keyv('discord'),
    inbox: store.inbox,
    jobs: store.jobs,
    scheduler: createScheduler({ clock, atOnce: 32, onError: console.error }),
    clock,
    log,
    usualMs: () => undefined,
    quota: async () => [],
    tierOf: () => 3,
    notify: () => true,
  });
  await outbound.start();

  const bytes = megabytes * 1_000_000;
  const path = join(folder, 'video.mp4');
  await using file = await open(path, 'w');
  for (let at = 0; at < bytes; at += 1_000_000) await file.write(Buffer.alloc(1_000_000, at % 251));

  const jobs = stage.asked.map(({ id, userId, channelId, guildId }) => {
    const target = {
      kind: 'interaction',
      eventId: id,
      userId,
      channelId,
      guildId,
      locale: 'en-US',
      private: false,
      botIsHere: true,
      canPost: true,
      uploadLimitBytes: 100 * 2 ** 20,
    };
    const requester = {
      platform: 'discord',
      spaceId: 'discord:1',
      memberId: `discord:${userId}`,
      target,
    } as const;
    const job = jobIn('completed', { id: `discord-${id}`, requester });
    return { job: { ...job, video: { ...job.video, bytes } }, target };
  });
  for (const [index, { id, token }] of stage.asked.entries()) {
    const url = `${stage.apiUrl}/v10/interactions/${id}/${token}/callback?with_response=true`;
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ type: 5 }) });
    const { interaction } = (await answer.json()) as { interaction: { response_message_id: string } };
    await tokens.remember(id, { applicationId: stage.botId, token, receivedAt: Date.now() });
    const entry = jobs[index];
    if (!entry) continue;
    await store.jobs.save(entry.job);
    const { channelId } = entry.target;
    await outbound.bind(entry.job.id, {
      channelId,
      statusMessageId: interaction.response_message_id,
      eventId: id,
    });
  }

  globalThis.gc?.();
  const idleBytes = process.memoryUsage().rss;
  let peakBytes = idleBytes;
  const watch = setInterval(() => {
    peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
  }, 20);
  const before = performance.now();
  const outcomes = await Promise.all(
    jobs.map(({ job, target }) =>
      outbound.deliver(
        job,
        { form: 'original', video: job.video, path, poster: async () => undefined },
        target,
      ),
    ),
  );
  const tookMs = performance.now() - before;
  clearInterval(watch);

  console.log(`uploads of ${megabytes} MB at once: ${count}`);
  console.log(`delivered: ${outcomes.filter(({ kind }) => kind === 'delivered').length}`);
  console.log(`memory over the idle process, peak: ${((peakBytes - idleBytes) / 1e6).toFixed(0)} MB`);
  console.log(`took: ${(tookMs / 1000).toFixed(1)} s`);

  child.disconnect();
  await outbound.stop();
  rest.clearHashSweeper();
  rest.clearHandlerSweeper();
  await store.close();
  await rm(folder, { recursive: true });
}
