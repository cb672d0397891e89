/**
 * `npm run simulators [-- '{"queueMs":1000,"runMs":5000}']`: the providers, Discord and Telegram on this machine,
 * and the environment that points the bot at them. What happens next is set while they run:
 *
 *   curl -X PUT -d '{"runMs":60000}' $FAL_QUEUE_URL/_sim/script
 *   curl -X PUT -d '{"path":"/response$","how":{"status":503},"times":3}' $FAL_QUEUE_URL/_sim/fault
 *   curl -X PUT -d '{"method":"^send","how":{"status":429,"retryAfter":5}}' $TELEGRAM_API_URL/_sim/fault
 */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startComfyui } from './comfyui.ts';
import { animateWorkflow } from './comfyui-nodes.ts';
import { furnish } from './discord/furnish.ts';
import { startDiscord } from './discord/start.ts';
import { startFal } from './fal.ts';
import { startKling } from './kling.ts';
import { startRuncomfy } from './runcomfy.ts';
import { startRunpod } from './runpod.ts';
import { startRunware } from './runware.ts';
import { realTime } from './sim-time.ts';
import { peopleIt } from './telegram/demo.ts';
import { startTelegram } from './telegram/telegram.ts';

const FIRST_PORT = Number(process.env.SIMULATOR_PORT ?? 4010);
const script = JSON.parse(process.argv[2] ?? '{}') as object;

const fal = await startFal({ port: FIRST_PORT });
const runpod = await startRunpod({ port: FIRST_PORT + 1 });
const runcomfy = await startRuncomfy({ port: FIRST_PORT + 2 });
const kling = await startKling({ port: FIRST_PORT + 3 });
const runware = await startRunware({ port: FIRST_PORT + 4 });
const comfyui = await startComfyui({ port: FIRST_PORT + 5 });
for (const { jobs } of [fal, runpod, runcomfy, kling, runware, comfyui])
  jobs.always({ queueMs: 3_000, runMs: 20_000, ahead: 2, ...script });
const workflow = join(tmpdir(), 'strut-simulated-workflow.json');
await writeFile(workflow, JSON.stringify(animateWorkflow()));
const discord = await startDiscord({
  port: FIRST_PORT + 10,
  // Of the shape of a real one, so that the wizard takes it.
  token: 'MTAwMDAwMDAwMDAwMDAwMDAx.simul8.discord-simulator-secret-by-hand',
  time: realTime(),
});
furnish(discord);
const telegram = await startTelegram({ port: FIRST_PORT + 20 });
peopleIt(telegram);

console.log(`FAL_KEY=${fal.key}
FAL_QUEUE_URL=${fal.url}
FAL_REST_URL=${fal.url}
FAL_API_URL=${fal.url}
RUNPOD_API_KEY=${runpod.key}
RUNPOD_API_URL=${runpod.url}
RUNCOMFY_API_TOKEN=${runcomfy.token}
RUNCOMFY_API_URL=${runcomfy.url}
KLING_API_KEY=${kling.key}
KLING_API_URL=${kling.url}
RUNWARE_API_KEY=${runware.key}
RUNWARE_API_URL=${runware.url}
COMFYUI_URL=${comfyui.url}
COMFYUI_WORKFLOW=${workflow}
DISCORD_TOKEN=${discord.token}
DISCORD_API_URL=${discord.apiUrl}
DISCORD_CDN_URLS=${discord.cdnUrl}
TELEGRAM_BOT_TOKEN=${telegram.token}
TELEGRAM_API_URL=${telegram.apiUrl}
# Use the bot as a member of Discord: ${discord.pageUrl}
# Use the bot in Telegram: ${telegram.apiUrl}/`);
