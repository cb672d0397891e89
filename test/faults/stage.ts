/** One bot, one provider, one place to ask from: where a fault happens. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../e2e/free-port.ts';
import { sampleImage } from '../samples.ts';
import { type HookedBot, startHookedBot } from './bot.ts';
import { type Front, type FrontName, startFront } from './front.ts';
import { makeIdentity } from './identity.ts';
import { type ProviderName, type Simulated, startProvider } from './provider.ts';
import { type Recorded, readRecord } from './record.ts';
import { openWire, type TlsIdentity, type Wire } from './wire.ts';

/** What can be seen of a job from outside, however many processes work on it. */
export type Seen = {
  record(): Promise<Recorded>;
  log(): string;
  provider: Simulated;
};

export type Stage = AsyncDisposable &
  Seen & {
    bot: HookedBot;
    front: Front;
    /** The wires to the provider, to where its finished videos lie, and, from Discord and Telegram, to the chat. */
    wires: { provider: Wire; videos: Wire; chat?: Wire };
    publicUrl: string;
  };

/** What the bot reaches over a wire of ours. fal.ai's storage names its own address, so it is reached as it is. */
const WIRED: Record<string, keyof Stage['wires']> = {
  FAL_QUEUE_URL: 'provider',
  RUNPOD_API_URL: 'provider',
  RUNCOMFY_API_URL: 'provider',
  KLING_API_URL: 'provider',
  DISCORD_API_URL: 'chat',
  TELEGRAM_API_URL: 'chat',
};

/** `secured`: the wires are of TLS, to hosts with names. */
export async function startStage(
  providerName: ProviderName,
  frontName: FrontName,
  env: Record<string, string> = {},
  { secured = false } = {},
): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const identity = makeIdentity(['provider.test', 'videos.test', 'chat.test']);
  const trusted = mkdtempSync(join(tmpdir(), 'strut-stage-'));
  stack.defer(() => rmSync(trusted, { recursive: true }));
  const certPath = join(trusted, 'ours.pem');
  writeFileSync(certPath, identity.cert);
  const provider = await startProvider(providerName);
  stack.defer(() => provider.close());
  let bot: HookedBot | undefined;
  const running = (): HookedBot => {
    if (!bot) throw new Error('the bot is not up yet');
    return bot;
  };
  const front = stack.use(await startFront(frontName, running));
  const securing = (host: string): TlsIdentity | undefined =>
    secured
      ? {
          identity,
          name: { host, hide: (gone) => running().hide(host, gone), missed: () => bot?.missed(host) ?? 0 },
        }
      : undefined;
  const wires: Stage['wires'] = {
    provider: stack.use(await openWire(provider.url, securing('provider.test'))),
    videos: stack.use(await openWire(provider.url, securing('videos.test'))),
  };
  provider.putVideosAt(wires.videos.url);
  if (front.apiUrl) wires.chat = stack.use(await openWire(front.apiUrl, securing('chat.test')));
  const overWire = (name: string, url: string): string => {
    const wire = WIRED[name];
    return (wire && wires[wire]?.url) ?? url;
  };
  const wired = (all: Record<string, string>): Record<string, string> => ({
    ...Object.fromEntries(Object.entries(all).map(([name, value]) => [name, overWire(name, value)])),
    // Finished videos lie on a host of their own, which is private here and so has to be trusted: as that of a provider
    // that nobody asks.
    FAL_REST_URL: provider.url,
    [providerName === 'runcomfy' ? 'RUNPOD_API_URL' : 'RUNCOMFY_API_URL']: wires.videos.url,
  });
  const port = await freePort();
  const publicUrl = `http://localhost:${port}`;
  bot = stack.use(
    await startHookedBot({
      ...wired({ ...provider.env, ...front.env }),
      PORT: port,
      NODE_EXTRA_CA_CERTS: certPath,
      FAULTS_POSTER: await sampleImage({ width: 180, height: 320 }),
      PUBLIC_URL: publicUrl,
      DEFAULT_LIMITS: 'none',
      BUDGET_USD_PER_DAY: '100000',
      BUDGET_USD_PER_MONTH: '100000',
      ...env,
    }),
  );
  await front.ready();
  const kept = stack.move();
  const { dataDir, log } = bot;
  return {
    bot,
    record: async () => readRecord(dataDir),
    log,
    front,
    provider,
    wires,
    publicUrl,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
