/**
 * What uploads to Telegram cost in memory: `node --expose-gc bench/telegram-uploads.ts [uploads] [megabytes]`. The
 * server is another process that reads about 8 MB a second of each upload, so that all are under way at once.
 */
import { fork } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi } from '../src/chat/telegram/api.ts';
import { createOutbound } from '../src/chat/telegram/outbound/index.ts';
import { wordsFor } from '../src/words/index.ts';
import { memoryInbox } from '../test/fakes/inbox.ts';
import { jobIn } from '../test/fakes/jobs.ts';
import { memoryKeyValueStore } from '../test/fakes/shelf.ts';

const MB = 1024 * 1024;
const CHUNKS_PER_PAUSE = 8 * 4;
const PAUSE_MS = 250;

if (process.send) serve(process.argv[2] ?? '', Number(process.argv[3]));
else await measure(Number(process.argv[2] ?? 20), Number(process.argv[3] ?? 30));

/** Makes the video, then takes whatever is sent, slowly, and counts it. */
function serve(path: string, megabytes: number): void {
  writeFileSync(path, randomFillSync(Buffer.alloc(megabytes * MB)));
  let uploads = 0;
  let most = 0;
  const server = createServer(async (request, response) => {
    const isVideo = request.url?.endsWith('/sendVideo') === true;
    if (isVideo) most = Math.max(most, ++uploads);
    let bytes = 0;
    let chunks = 0;
    for await (const chunk of request) {
      bytes += (chunk as Buffer).length;
      chunks += 1;
      if (chunks % CHUNKS_PER_PAUSE === 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    if (isVideo) uploads -= 1;
    process.send?.({ bytes, most });
    const chat = { id: 1, type: 'private', first_name: 'Ada' };
    const result = { message_id: 1, date: 1, chat, video: { file_id: 'v', file_unique_id: 'u' } };
    response.end(JSON.stringify({ ok: true, result: isVideo ? result : true }));
  });
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
}

async function measure(uploads: number, megabytes: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'strut-bench-'));
  const path = join(folder, 'video.mp4');
  const server = fork(new URL(import.meta.url), [path, String(megabytes)], { stdio: 'inherit' });
  try {
    const [{ port }] = (await once(server, 'message')) as [{ port: number }];
    let received = 0;
    let most = 0;
    server.on('message', (news: { bytes: number; most: number }) => {
      received += news.bytes;
      most = Math.max(most, news.most);
    });
    const quiet = { debug() {}, info() {}, warn: console.warn, error: console.error };
    const { api } = createApi({ token: '1:bench', apiUrl: `http://127.0.0.1:${port}` });
    const outbound = createOutbound({
      api,
      kv: memoryKeyValueStore(),
      words: wordsFor,
      clock: { now: Date.now },
      log: quiet,
      usualMs: () => undefined,
      quota: async () => [],
      localServer: () => false,
      inbox: memoryInbox(),
      jobs: { get: async () => undefined },
    });
    const deliver = (nth: number) => {
      const target = { chatId: nth, messageId: 1, userId: nth, chatType: 'private', locale: 'en' };
      const requester = { platform: 'telegram' as const, spaceId: 's', memberId: 'm', target };
      const job = jobIn('completed', { id: `telegram:${nth}`, requester });
      const poster = async () => undefined;
      return outbound.deliver(job, { form: 'original', video: job.video, path, poster }, target);
    };
    globalThis.gc?.();
    const base = process.memoryUsage().rss;
    let peak = base;
    const sampling = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 20);
    const begun = performance.now();
    const outcomes = await Promise.all(Array.from({ length: uploads }, (_, nth) => deliver(nth + 1)));
    clearInterval(sampling);
    if (outcomes.some(({ kind }) => kind !== 'delivered')) throw new Error('an upload failed');
    console.table({
      [`${uploads} uploads of ${megabytes} MB`]: {
        'at once': most,
        'received, MB': Math.round(received / MB),
        seconds: ((performance.now() - begun) / 1000).toFixed(1),
        'idle, MB': Math.round(base / MB),
        'added at the peak, MB': Math.round((peak - base) / MB),
      },
    });
    await outbound.stop();
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
