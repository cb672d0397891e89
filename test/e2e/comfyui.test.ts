/** The whole bot with a ComfyUI of the operator's own: from the page and from both chats, and what can be wrong with it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFailed } from 'vitest';
import { type ComfySim, startComfyui } from '../../simulators/comfyui.ts';
import { animateWorkflow } from '../../simulators/comfyui-nodes.ts';
import { startDiscord } from '../../simulators/discord/start.ts';
import type { SimMessage } from '../../simulators/discord/world.ts';
import { startTelegram } from '../../simulators/telegram/telegram.ts';
import { alreadySeen } from '../fakes/already-seen.ts';
import { consented } from '../fakes/consents.ts';
import { personClip, personImage } from '../people.ts';
import { workflowFiles } from '../providers/comfyui-subject.ts';
import { type Bot, startBot } from './bot.ts';
import { askQuote, jobEnd, makeJob } from './client.ts';

const files = async (fields: Record<string, string> = {}) => ({
  image: await personImage(),
  clip: await personClip(),
  fields,
});

async function withBot(
  run: (sim: ComfySim, bot: Bot, dataDir: string) => Promise<void>,
  {
    workflows = [animateWorkflow()],
    env = {},
  }: { workflows?: (object | string)[]; env?: Record<string, string> } = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'strut-comfy-'));
  const sim = await startComfyui();
  sim.jobs.always({ queueMs: 0, runMs: 300 });
  const dataDir = join(folder, 'data');
  try {
    await using bot = await startBot({
      COMFYUI_URL: sim.url,
      COMFYUI_WORKFLOW: (await workflowFiles(folder, ...workflows)).join(','),
      COMFYUI_USD_PER_SECOND: '0.01',
      DATA_DIR: dataDir,
      ...env,
    });
    onTestFailed(() => console.error(bot.log()));
    await alreadySeen(dataDir, await files());
    await run(sim, bot, dataDir);
  } finally {
    await sim.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const partOf = async ({ url }: Bot) => {
  const ready = (await (await fetch(`${url}/readyz`)).json()) as {
    components: { name: string; reason?: string }[];
  };
  return ready.components.find(({ name }) => name === 'comfyui');
};

const wordsOf = (message: SimMessage | undefined): string =>
  JSON.stringify([message?.content, message?.components]);

describe('the bot with a ComfyUI', () => {
  it('renders for the page, for Discord and for Telegram, each to the exact sum, after a kill in the middle of it', async () => {
    const [discord, telegram] = await Promise.all([startDiscord(), startTelegram()]);
    await withBot(
      async (sim, bot, dataDir) => {
        // Taken, and we are killed before the answer.
        sim.fault({ path: /^\/prompt$/, how: 'hang' });
        const { id, quote } = await makeJob(
          bot.url,
          await files({ model: 'wan-animate', prompt: 'a slow waltz' }),
        );
        expect(quote).toMatchObject({ provider: 'comfyui', usd: 0.04, seconds: 4 });
        expect(JSON.stringify(quote.notes)).not.toMatch(/prompt/i);
        await expect.poll(() => sim.taken.size).toBe(1);
        await bot.restart('SIGKILL');
        const paid = { state: 'delivered', provider: 'comfyui', costUsd: 0.04 };
        expect(await jobEnd(bot.url, id)).toMatchObject(paid);
        expect([...sim.taken.values()]).toEqual([1]);
        expect(JSON.stringify(sim.requestsTo('POST', /^\/prompt$/)[0]?.json)).toContain('a slow waltz');

        const guild = discord.guild('Dancers');
        const channel = discord.channel(guild, 'general');
        const member = discord.member(guild, 'Zephyrine');
        await consented(dataDir, `discord:${member.id}`);
        await expect.poll(() => discord.commands().some(({ name }) => name === 'animate')).toBe(true);
        const image = await personImage();
        const clip = await personClip();
        const asked = await discord.slash(member, channel, '/animate', {
          image: { path: image },
          clip: { path: clip },
        });
        const result = await discord.waitFor(() => asked.followUps.find((one) => one.files.length > 0));
        expect(wordsOf(result) + wordsOf(asked.original)).toContain('$0.04');

        const user = telegram.user({ first_name: 'Quintessa' });
        const chat = telegram.privateChat(user);
        await consented(dataDir, `telegram:${user.id}`);
        await telegram.album(user, chat, [{ photo: image, caption: '/animate' }, { video: clip }]);
        const video = await telegram.waitFor(() => telegram.said(chat).find((message) => message.video));
        expect(JSON.stringify(video)).toContain('$0.04');

        const all = (await (await fetch(`${bot.url}/api/jobs`)).json()) as unknown;
        expect(JSON.stringify(all)).not.toContain(sim.url);
        await expect.poll(() => [...sim.taken.values()]).toEqual([1, 1, 1]);
      },
      {
        env: {
          DISCORD_TOKEN: discord.token,
          DISCORD_API_URL: discord.apiUrl,
          DISCORD_CDN_URLS: discord.cdnUrl,
          TELEGRAM_BOT_TOKEN: telegram.token,
          TELEGRAM_API_URL: telegram.apiUrl,
          ALLOW_DMS: 'true',
        },
      },
    );
    await telegram.close();
    await discord[Symbol.asyncDispose]();
  });

  it('whose workflow has not the titles says so in one line, is told in plain words, and the rest goes on', () => {
    const says = 'has no node with the title “strut video”';
    return withBot(
      async (sim, bot) => {
        await expect.poll(bot.log).toContain(says);
        expect(bot.log().split(says)).toHaveLength(2);
        expect((await partOf(bot))?.reason).toContain(says);
        const refused = await askQuote(bot.url, await files({ model: 'wan-animate' }));
        const words = await refused.text();
        expect(refused.status).toBe(503);
        expect(words).toContain('provider-down');
        expect(words).not.toMatch(/COMFYUI|workflow/i);
        expect((await askQuote(bot.url, await files({ quality: 'draft' }))).status).toBe(200);
        expect(sim.requests).toEqual([]);
      },
      { workflows: [animateWorkflow({ title: 'Save Video' })] },
    );
  });
});
