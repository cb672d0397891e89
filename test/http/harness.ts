/** The true server on free ports, with the true core on fakes behind it. */

import { copyFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { commands } from '../../commands/index.ts';
import { createHealth } from '../../src/core/health.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { type ServerParts, startServer } from '../../src/http/server.ts';
import { createFiles } from '../../src/store/files.ts';
import { CLIP_FACTS } from '../fakes/clip-facts.ts';
import { freshFolder } from '../fakes/folder.ts';
import { createWorld, evenProviderHealth, type WorldOptions } from '../fakes/world.ts';

export const VIDEO = Buffer.from('not really a video, but bytes are bytes here');

/** What the public part of a server needs where no test looks at reports. */
export const NO_REPORTS = {
  takedown: {
    hidesFile: async () => false,
    state: async () => ({ ok: true as const, value: 'taken' as const }),
  },
  clock: { now: Date.now },
};

/** The true server on a free port, with the true core on fakes behind it, until the test is over. */
export async function start(over: Partial<ServerParts> = {}, worldOptions: WorldOptions = {}) {
  const dataDir = freshFolder();
  const files = createFiles(dataDir);
  const media = {
    normaliseImage: async (path: string, to: string) => {
      // A child process takes its time: the upload must still be there then.
      for (let turn = 0; turn < 20; turn += 1) await setImmediate();
      await copyFile(path, to);
      return { ok: true as const, value: { mime: 'image/jpeg', width: 800, height: 800, bytes: 10 } };
    },
    normaliseClip: async (_path: string, to: string) => {
      await writeFile(to, 'clip');
      return { ok: true as const, value: { ...CLIP_FACTS, bytes: 4 } };
    },
    preview: async (_path: string, to: string) => {
      await writeFile(to, 'webp');
      return true;
    },
  };
  const world = createWorld({ files, media, ...worldOptions });
  const life = world.boot();
  life.ctx.fetcher.fetch = async (_result, toPath) => {
    await writeFile(toPath, VIDEO);
    return 'here';
  };
  await life.jobs.recover();
  const health = createHealth(() => {});
  health.set('discord', { state: 'off', reason: 'set DISCORD_TOKEN' });
  const metrics = createMetrics(life.ctx.events, {
    openJobs: () => life.scheduler.size(),
    takedown: life.core.takedown,
    providerStats: () => [
      {
        ...evenProviderHealth().of('paid'),
        p50Seconds: 200,
        microsPerSecond: 70_000,
        lastFailure: { code: 'provider-busy', at: 5000 },
      },
    ],
  });
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    signIn: undefined,
    core: life.core,
    commands,
    files,
    events: life.ctx.events,
    history: life.ctx.history,
    health,
    providerHealth: evenProviderHealth(),
    providers: [{ id: 'paid', name: 'Paid.ai', key: 'PAID_KEY' }],
    chats: [{ platform: 'talk', name: 'Talk' }],
    metrics,
    log: life.ctx.log,
    ping: async () => {},
    clock: world.clock,
    version: '1.2.3',
    qualities: ['standard'],
    defaultQuality: 'standard',
    ...over,
  });
  onTestFinished(server.stop);
  return { world, life, url: server.url, stop: server.stop, files, dataDir, health };
}

export function form(fields: Record<string, string | Blob> = {}): FormData {
  const data = new FormData();
  const all = { image: new Blob(['an image']), clip: new Blob(['a clip']), ...fields };
  for (const [name, value] of Object.entries(all)) data.append(name, value);
  return data;
}

export const post = (url: string, body?: FormData, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', headers, redirect: 'manual', ...(body ? { body } : {}) });

/** A request with headers that `fetch` would not let anybody set. */
export function raw(url: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers, method }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}
