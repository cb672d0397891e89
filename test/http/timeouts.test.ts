import { once } from 'node:events';
import { truncateSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLinks } from '../../src/http/links.ts';
import { createFiles } from '../../src/store/files.ts';
import { freshFolder } from '../fakes/folder.ts';
import { PATIENCE_MS } from '../timeouts.ts';
import { NO_REPORTS, start } from './harness.ts';

const LONG = 600_000;
const links = createLinks({ publicUrl: 'http://localhost', secretKey: 'a secret', clock: { now: Date.now } });

function dial(url: string, bytes = ''): { socket: Socket; heard: () => string; closed: Promise<unknown> } {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  socket.write(bytes);
  return { socket, heard: () => heard, closed: new Promise((resolve) => socket.once('close', resolve)) };
}

/** The head of a request whose body of a hundred bytes is to come. */
const head = (path: string, ...more: string[]): string =>
  [`POST ${path} HTTP/1.1`, 'host: localhost', 'content-length: 100', ...more, '', ''].join('\r\n');
const FORM = 'content-type: multipart/form-data; boundary=b';
const isUp = (url: string) => () =>
  fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );

describe('a sender who dawdles with the body', () => {
  it.each([
    ['password', '/login'],
    ['webhook', new URL(links.hook('fal', 'web-1')).pathname],
  ])('of a %s is sent away soon, while an upload goes on', async (_, path) => {
    const failed: unknown[] = [];
    const log = { debug() {}, info() {}, warn() {}, error: (facts: object) => void failed.push(facts) };
    const files = createFiles(freshFolder());
    const takeWebhook = async () => 'taken' as const;
    const internet = { publicUrl: 'http://localhost', links, files, takeWebhook, ...NO_REPORTS };
    const { url } = await start({ internet, timeouts: { shortMs: 60 }, log });
    const upload = dial(url, head('/api/quote?now', FORM));
    const slow = dial(url, head(path, 'content-type: application/x-www-form-urlencoded'));
    slow.socket.write('password=');
    await slow.closed;
    upload.socket.write(`--b--${'\r\n'.repeat(47)} `);
    await expect.poll(upload.heard).toMatch(/^HTTP\/1\.1 400 [\s\S]*missing-image|bad-request/);
    // It is nothing that the operator could mend.
    expect(failed).toEqual([]);
  });
});

describe('a reader who takes nothing', () => {
  async function withFile(idleMs: number) {
    const files = createFiles(freshFolder());
    const temp = await files.temp('mp4');
    writeFileSync(temp.path, 'x');
    // More than the kernel takes off our hands.
    truncateSync(temp.path, 40_000_000);
    const file = await files.keep(temp.path, 'video/mp4');
    const internet = {
      publicUrl: 'http://localhost',
      links,
      files,
      takeWebhook: async () => 'taken' as const,
      ...NO_REPORTS,
    };
    const { url } = await start({ internet, timeouts: { idleMs, connections: 1 } });
    return { url, path: new URL(links.media(file)).pathname };
  }

  it('of a file is cut off, so that others have the place', async () => {
    const { url, path } = await withFile(60);
    const reader = dial(url);
    reader.socket.pause();
    reader.socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    await expect.poll(isUp(url)).toBe(true);
  });

  it('is told from one who is slow', async () => {
    // Nobody's machine stands still for so long: only a cut for being slow could end it before.
    const { url, path } = await withFile(PATIENCE_MS);
    const reader = dial(url, `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
    let bytes = 0;
    reader.socket.on('data', (chunk) => {
      bytes += chunk.length;
      reader.socket.pause();
      setTimeout(() => reader.socket.resume(), 1);
    });
    await reader.closed;
    expect(bytes).toBeGreaterThan(40_000_000);
  });
});

it('an answer that takes its time is waited for', async () => {
  const slow = { timeouts: { idleMs: 30 }, ping: () => new Promise<void>((done) => setTimeout(done, 200)) };
  const { url } = await start(slow);
  // A request that itself takes longer than that to come is cut, and comes again.
  const status = () =>
    fetch(`${url}/readyz`).then(
      (answer) => answer.status,
      () => 0,
    );
  await expect.poll(status).toBe(200);
});

it('no more than so many are connected at once', async () => {
  const { url } = await start({ timeouts: { connections: 2, headersMs: LONG } });
  const open = [dial(url), dial(url)];
  await Promise.all(open.map(({ socket }) => once(socket, 'connect')));
  // It is let go of at once, in place of being kept without an answer.
  await dial(url).closed;
  open[0]?.socket.destroy();
  await expect.poll(isUp(url)).toBe(true);
});

it.each(['/hooks/chat', '/hooks/other-chat', '/hooks/fal/a-guess'])(
  'whoever knows no secret has no body read at %s',
  async (path) => {
    const judged: string[] = [];
    const chatHook = {
      path: '/hooks/chat',
      knows: () => false,
      take: async (_headers: unknown, body: Buffer) => {
        judged.push(body.toString());
        return { status: 200 };
      },
    };
    const files = createFiles(freshFolder());
    const takeWebhook = async () => 'taken' as const;
    const { url } = await start({
      internet: {
        publicUrl: 'http://localhost',
        links,
        files,
        takeWebhook,
        ...NO_REPORTS,
        chatHooks: [chatHook, { ...chatHook, path: '/hooks/other-chat' }],
      },
    });
    for (const length of ['content-length: 100000', 'transfer-encoding: chunked']) {
      const stranger = dial(
        url,
        `POST ${path} HTTP/1.1\r\nhost: localhost\r\n${length}\r\n\r\n5\r\nhello\r\n`,
      );
      await expect.poll(stranger.heard).toMatch(/^HTTP\/1\.1 401 /);
    }
    expect(judged).toEqual([]);
  },
);

describe('a server that stops', () => {
  it('answers what is being asked, and says that its connection brings nothing more', async () => {
    const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { url, stop } = await start({
      ping: () => {
        asked.resolve();
        return answer.promise;
      },
    });
    const { heard } = dial(url, 'GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await asked.promise;
    const stopped = stop();
    answer.resolve();
    await expect.poll(heard).toMatch(/^HTTP\/1\.1 200 [\s\S]*connection: close/i);
    await stopped;
  });
});
