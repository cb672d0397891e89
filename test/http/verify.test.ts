import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { MAX_UPLOAD_BYTES } from '../../src/core/intake/uploads.ts';
import { type Refusal, refuse } from '../../src/core/refusals.ts';
import { WORDS_PER_FRAME } from '../../src/core/trust/frame-match.ts';
import { form, post, start, VIDEO } from './harness.ts';

const FRAMES = Uint32Array.from({ length: 8 * WORDS_PER_FRAME }, (_, at) => Math.imul(at + 1, 0x9e3779b1));

/** A video that was made on the page and handed out as it came. */
async function made() {
  const server = await start();
  const { media } = server.life.ctx;
  media.mark = async (path, to) => {
    await copyFile(path, to);
    return { width: 720, height: 1280, durationMs: 4000 };
  };
  media.frameHashes = async () => ({ reference: FRAMES, queries: [FRAMES] });
  const created = (await (await post(`${server.url}/api/jobs`, form())).json()) as { code: string };
  await server.life.scheduler.runAll();
  return { ...server, media, code: created.code };
}

async function ask(url: string, fields: Record<string, Blob> = {}) {
  const body = new FormData();
  for (const [name, blob] of Object.entries(fields)) body.append(name, blob, 'a.mp4');
  const answer = await post(`${url}/api/verify`, body);
  return { status: answer.status, said: (await answer.json()) as Record<string, unknown> };
}
const clip = new Blob(['another encoding of it']);

describe('POST /api/verify', () => {
  it('knows a file that was handed out, byte for byte, and tells the operator who made it', async () => {
    const { url, code, media } = await made();
    media.frameHashes = async () => undefined;
    expect(await ask(url, { clip: new Blob([VIDEO]) })).toEqual({
      status: 200,
      said: {
        kind: 'unchanged',
        code,
        madeBy: 'web:operator',
        message: `This very file was made here: ${code}.`,
      },
    });
  });

  it('knows one that was changed by what it looks like', async () => {
    const { url, code } = await made();
    expect(await ask(url, { clip })).toMatchObject({ status: 200, said: { kind: 'changed', code } });
  });

  it('says that another is not from here, and names nobody', async () => {
    const { url, media } = await made();
    const others = FRAMES.map((word) => ~word);
    media.frameHashes = async () => ({ reference: others, queries: [others] });
    expect(await ask(url, { clip })).toEqual({
      status: 200,
      said: { kind: 'not-ours', message: 'This was not made here, as far as can be told.' },
    });
  });

  it('still knows a video whose job was deleted, but nobody knows any more who made it', async () => {
    const { url, life, code } = await made();
    const [job] = await life.core.jobs.mine('web:operator', 1);
    await life.core.privacy.forgetJob(job?.id ?? '');
    const { said } = await ask(url, { clip });
    expect(said).toMatchObject({ kind: 'changed', code });
    expect(said).not.toHaveProperty('madeBy');
  });

  it.each<[string, Refusal, number]>([
    ['a picture in place of a video', { code: 'not-a-video', found: 'PNG' }, 422],
    ['a video that was cut short', { code: 'broken-file', what: 'clip' }, 422],
    ['a file that is too heavy', { code: 'too-heavy', what: 'clip' }, 422],
    ['a file that nothing here decodes', { code: 'clip-undecodable', found: 'VP6', encrypted: false }, 422],
  ])('says what is wrong with %s', async (_, refusal, status) => {
    const { url, media } = await made();
    media.frameHashes = async () => undefined;
    media.checkClip = async () => refuse(refusal);
    expect(await ask(url, { clip })).toMatchObject({ status, said: { code: refusal.code } });
  });

  it('asks for a video where there is none, or an empty one', async () => {
    const { url } = await start();
    expect(await ask(url)).toMatchObject({ status: 400, said: { code: 'missing-clip' } });
    expect(await ask(url, { image: clip })).toMatchObject({ status: 400, said: { code: 'missing-clip' } });
    expect(await ask(url, { clip: new Blob([]) })).toMatchObject({
      status: 422,
      said: { code: 'broken-file' },
    });
    const plain = await fetch(`${url}/api/verify`, { method: 'POST', body: 'a video' });
    expect([plain.status, ((await plain.json()) as { code: string }).code]).toEqual([400, 'bad-request']);
  });

  it('refuses 2 GB by what they say of their size, before a byte of them comes', async () => {
    const { url } = await start();
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    const head = [
      'POST /api/verify HTTP/1.1',
      `Host: ${hostname}:${port}`,
      'Content-Type: multipart/form-data; boundary=x',
      'Content-Length: 2000000000',
      'Connection: close',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    const answer = await text(socket);
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain('"upload-too-large"');
  });

  it('drops what is over the limit, and keeps nothing of what it looked at', async () => {
    const { url, files } = await start();
    const temps: string[] = [];
    const { temp } = files;
    files.temp = async (extension) => {
      const made = await temp(extension);
      temps.push(made.path);
      return made;
    };
    // Every upload is read in one way, and a picture's limit is reached with a sixth of the bytes.
    const tooLarge = new Blob([new Uint8Array(MAX_UPLOAD_BYTES.image + 1)]);
    expect(await ask(url, { image: tooLarge })).toMatchObject({
      status: 413,
      said: { code: 'upload-too-large', what: 'image' },
    });
    await ask(url, { clip });
    expect(temps).toHaveLength(2);
    expect(temps.filter((path) => existsSync(path))).toEqual([]);
  });
});
