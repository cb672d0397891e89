/** Webhooks that nobody at the provider sent, and true ones that come again or name somebody else's job. */
import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { News } from './provider.ts';
import { readRecord, until } from './record.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const HOUR_MS = 3_600_000;
const TRIES = 20;
/** Lies with the provider, as far as anybody can see, and is nobody's: whoever believes a forged end asks for it. */
const STRANGERS = '/files/b/stranger/output.mp4';

type ForgedCall = { url: string; body: string; headers?: Record<string, string> };

const newsOf = ({ provider }: Stage): News => {
  if (!provider.news) throw new Error(`${provider.name} tells nothing by itself`);
  return provider.news;
};

/** No answer: who sends far too much is cut off, and may never read why. */
const CUT_OFF = 0;

/** The status of the answer, once it is not “later”, which the bot says while a job or the keys are busy. */
async function tell({ url, body, headers = {} }: ForgedCall): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const answer = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    }).catch(() => undefined);
    if (!answer) return CUT_OFF;
    await answer.arrayBuffer();
    const later = answer.status === 503 && answer.headers.has('retry-after');
    if (!later || tries === TRIES) return answer.status;
    await wait(250);
  }
}

/** Tells it all, and throws when an answer is none of those that are right. */
async function tellAll(told: Record<string, ForgedCall & { right: readonly number[] }>): Promise<void> {
  for (const [name, one] of Object.entries(told)) {
    const status = await tell(one);
    if (!one.right.includes(status)) throw new Error(`a webhook (${name}) was answered ${status}`);
  }
}

/** Everything that a stranger can make up of a job under way, with and without knowing its address. */
async function forge(stage: Stage): Promise<void> {
  const { provider, publicUrl } = stage;
  const news = newsOf(stage);
  const url = await until('the address of the webhook', () => news.hook() || undefined);
  const videoUrl = provider.url + STRANGERS;
  const own = news.say(news.ids().at(-1) ?? '', { videoUrl });
  const signed = (body: string) => ({ body, headers: news.sign?.(body) ?? {} });
  const made = { url, ...signed(own) };
  const refused = [401, 404];
  const otherProvider = provider.name === 'fal' ? 'runpod' : 'fal';
  const unsigned = {
    'somebody else’s signature': news.sign?.(own, { key: generateKeyPairSync('ed25519').privateKey }),
    'an old signature': news.sign?.(own, { at: Date.now() - HOUR_MS }),
    'the signature of something else': news.sign?.(news.say('another', { videoUrl })),
    'no signature': {},
  };
  await tellAll({
    'signed, and every word a lie': { ...made, right: [200] },
    'another job’s id': { url, ...signed(news.say('0-nobodys-job', { videoUrl })), right: [200] },
    'an address of no job': { ...made, url: `${publicUrl}/hooks/${provider.name}/AAAA.BBBB`, right: refused },
    'an address with one letter changed': {
      ...made,
      url: url.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      right: refused,
    },
    'an address for another provider': {
      ...made,
      url: url.replace(`/hooks/${provider.name}/`, `/hooks/${otherProvider}/`),
      right: refused,
    },
    'no job named': { url, ...signed('{"no":1}'), right: [200, 401] },
    ...(news.sign
      ? Object.fromEntries(
          Object.entries(unsigned).map(([name, headers]) => [
            name,
            { url, body: own, headers: headers ?? {}, right: [401] },
          ]),
        )
      : {}),
    // The last one: its connection can not be used again.
    'too large': { url, body: JSON.stringify({ pad: 'x'.repeat(2_000_000) }), right: [401, 413, CUT_OFF] },
  });
  if (provider.requests.some(({ path }) => path === STRANGERS))
    throw new Error('a stranger’s video was asked for');
}

/** What is said of a job that is over, by whoever said it before. */
async function replay(stage: Stage, id: string): Promise<void> {
  const news = newsOf(stage);
  const standing = () => {
    const { jobs, lines } = readRecord(stage.bot.dataDir);
    return JSON.stringify([jobs.find((job) => job.id === id), lines.find((line) => line.id === id)]);
  };
  const before = standing();
  const url = news.hook();
  const videoUrl = stage.provider.url + STRANGERS;
  const ended = news.say(news.ids().at(-1) ?? '', { videoUrl });
  const runs = news.say(news.ids().at(-1) ?? '', { videoUrl, status: 'IN_PROGRESS' });
  await tellAll({
    'once more': { url, body: ended, headers: news.sign?.(ended) ?? {}, right: [200] },
    'once more, with its old time': {
      url,
      body: ended,
      headers: news.sign?.(ended, { at: Date.now() - HOUR_MS }) ?? {},
      right: news.sign ? [401] : [200],
    },
    'it runs, after its end': { url, body: runs, headers: news.sign?.(runs) ?? {}, right: [200] },
  });
  if (standing() !== before) throw new Error('a webhook that came again changed a job that was over');
}

/** A submit whose answer is lost waits for a handle; the one that comes is that of a job which has its video already. */
async function nameAnother(stage: Stage): Promise<void> {
  const news = newsOf(stage);
  const other = news.ids().at(-1);
  if (!other) throw new Error('there is no other job');
  const body = news.say(other, { videoUrl: stage.provider.url + STRANGERS });
  await tellAll({
    'another job’s handle': { url: news.hook(), body, headers: news.sign?.(body) ?? {}, right: [200] },
  });
}

export const FORGED: readonly Scenario[] = [
  {
    name: 'webhook: forged by somebody else',
    only: ['fal', 'runpod'],
    arrange: ({ provider }) => provider.next({ queueMs: 300, runMs: 2_500 }),
    later: { state: 'queued', happens: forge },
    end: 'video',
  },
  {
    name: 'webhook: replayed after the end, in the wrong order',
    only: ['fal', 'runpod'],
    arrange: () => {},
    after: replay,
    end: 'video',
  },
  {
    name: 'webhook: a lost submit is given the handle of another job',
    only: ['fal', 'runpod'],
    arrange: ({ provider }) => provider.fault({ method: 'POST', path: provider.paths.submit, how: 'cut' }),
    after: nameAnother,
    end: 'unknown',
  },
];
