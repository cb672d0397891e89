import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { form, post, start } from './harness.ts';

/** A request as far as it comes before its sender goes. */
async function beginUpload(url: string, ...parts: string[][]) {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, 'connect');
  const head = [
    'POST /api/jobs HTTP/1.1',
    `Host: ${hostname}:${port}`,
    'Content-Type: multipart/form-data; boundary=x',
    'Content-Length: 1000000',
    '',
    '',
  ];
  socket.write(head.join('\r\n') + parts.map((part) => part.join('\r\n')).join('\r\n'));
  return socket;
}
const part = (name: string) => [
  '--x',
  `Content-Disposition: form-data; name="${name}"; filename="a.mp4"`,
  '',
  'x'.repeat(50_000),
];

describe('an upload', () => {
  it('that breaks off leaves no file behind', async () => {
    const { url, dataDir } = await start();
    for (let time = 0; time < 5; time += 1) {
      const socket = await beginUpload(url, part('clip'));
      await expect.poll(async () => (await readdir(join(dataDir, 'temp'))).length).toBe(1);
      socket.destroy();
      await expect.poll(() => readdir(join(dataDir, 'temp'))).toEqual([]);
    }
  });

  it('that breaks off in the midst of what nobody asked for harms nobody', async () => {
    const { url, dataDir } = await start();
    // Where nobody listens for it, the error of a part that is let go of ends the process.
    const socket = await beginUpload(url, part('clip'), part('other'));
    await expect.poll(async () => (await readdir(join(dataDir, 'temp'))).length).toBe(1);
    socket.destroy();
    await expect.poll(() => readdir(join(dataDir, 'temp'))).toEqual([]);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it.each(['jobs', 'quote'])(
    'to /api/%s is refused while the disk is nearly full, before a byte of it is written',
    async (path) => {
      const { url, files } = await start();
      const written: string[] = [];
      const temp = files.temp;
      files.temp = (extension) => {
        written.push(extension);
        return temp(extension);
      };
      files.hasRoom = async () => false;
      // Large enough that it is still being sent when the answer comes.
      const refused = await post(`${url}/api/${path}`, form({ clip: new Blob([Buffer.alloc(20_000_000)]) }));
      expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([503, 'disk-full']);
      expect(written).toEqual([]);
    },
  );

  it('of a job that is there already answers with it, whatever the disk', async () => {
    const { url, files } = await start();
    const key = { 'idempotency-key': 'the same' };
    const first = (await (await post(`${url}/api/jobs`, form(), key)).json()) as { id: string };
    files.hasRoom = async () => false;
    const again = await post(`${url}/api/jobs`, form(), key);
    expect([again.status, ((await again.json()) as { id: string }).id]).toEqual([201, first.id]);
  });

  it('of a password is read only as far as a password goes', async () => {
    const { url } = await start();
    const huge = await fetch(`${url}/login`, {
      method: 'POST',
      body: new URLSearchParams({ password: 'x'.repeat(50_000) }),
    });
    expect(huge.status).toBe(413);
  });
});
