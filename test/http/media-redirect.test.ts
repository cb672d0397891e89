import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createLinks } from '../../src/http/links.ts';
import { publicRoutes } from '../../src/http/public.ts';
import { s3World } from '../store/s3/world.ts';

const PUBLIC_URL = 'https://strut.example';

/** The addresses that the internet may open, with a video in a bucket. `hidden`: its files. */
async function up() {
  const { sim, processOn } = await s3World();
  const { files } = processOn();
  await using temp = await files.temp('mp4');
  writeFileSync(temp.path, 'a video');
  const file = await files.keep(temp.path, 'video/mp4');
  const hidden = new Set<string>();
  const clock = { now: Date.now };
  const links = createLinks({ publicUrl: PUBLIC_URL, secretKey: 'a secret of ours', clock });
  const app = publicRoutes({
    publicUrl: PUBLIC_URL,
    links,
    files,
    takedown: {
      hidesFile: async (key) => hidden.has(key),
      state: async () => ({ ok: true, value: 'taken' }),
    },
    clock,
    takeWebhook: async () => 'taken',
  });
  const open = async (init?: RequestInit) => app.request(links.media(file).replace(PUBLIC_URL, ''), init);
  return { sim, files, file, hidden, open };
}

describe('a media link to a file in a bucket', () => {
  it('leads to where the bucket itself hands it out, and is kept by nobody', async () => {
    const { sim, open } = await up();
    const answer = await open();
    expect(answer.status).toBe(302);
    expect(answer.headers.get('cache-control')).toContain('no-store');
    const video = await fetch(answer.headers.get('location') ?? '');
    expect([video.status, video.headers.get('content-type'), await video.text()]).toEqual([
      200,
      'video/mp4',
      'a video',
    ]);
    // Nothing of it went through this process.
    expect(sim.requestsTo('GET', /\.mp4$/)).toHaveLength(1);
  });

  it('leads whoever asks only for its headers to those', async () => {
    const { open } = await up();
    const answer = await open({ method: 'HEAD' });
    expect(answer.status).toBe(302);
    const head = await fetch(answer.headers.get('location') ?? '', { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '7']);
  });

  it('leads nowhere while the file is hidden, and once it is gone', async () => {
    const { files, file, hidden, open } = await up();
    hidden.add(file.key);
    const refused = await open();
    expect([refused.status, refused.headers.get('location')]).toEqual([404, null]);
    hidden.clear();
    await files.remove(file.key);
    expect((await open()).status).toBe(404);
  });
});
