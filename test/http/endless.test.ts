import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { MAX_UPLOAD_BYTES } from '../../src/core/intake/uploads.ts';
import { createSignIn, digestOf } from '../../src/http/sign-in.ts';
import { start } from './harness.ts';

const MB = 1_000_000;
/** Hundreds of megabytes go through a machine that has other work too. */
const PATIENT_MS = 180_000;
const CHUNK = Buffer.alloc(MB, 'x');

/** Sends the head and then without end, until it is cut off. Answers what was heard, and how much had been taken. */
function sendWithoutEnd(url: string, head: string[]): Promise<{ heard: string; sentBytes: number }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let heard = '';
  const chunked = head.some((line) => /^transfer-encoding/i.test(line));
  const [before, after] = chunked ? [`${MB.toString(16)}\r\n`, '\r\n'] : ['', ''];
  socket.on('data', (data) => {
    heard += data.toString('latin1');
  });
  socket.on('error', () => {});
  const piece = Buffer.concat([Buffer.from(before), CHUNK, Buffer.from(after)]);
  const send = (): void => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', send);
  const part = head.at(-1) ?? '';
  const lines = head.slice(0, -1);
  const first = chunked ? `${part.length.toString(16)}\r\n${part}\r\n` : part;
  socket.write(`${[...lines, '', ''].join('\r\n')}${first}`);
  send();
  return new Promise((resolve) =>
    socket.once('close', () => resolve({ heard, sentBytes: socket.bytesWritten })),
  );
}

const head = (path: string, length: string, field: string | undefined): string[] => [
  `POST ${path} HTTP/1.1`,
  'host: localhost',
  'content-type: multipart/form-data; boundary=x',
  length,
  field === undefined ? 'y' : `--x\r\ncontent-disposition: form-data; name="${field}"; filename="a"\r\n\r\n`,
];
const ENDLESS = 'transfer-encoding: chunked';

describe('an upload that never ends', () => {
  it.each([
    ['a picture', ENDLESS, 'image', MAX_UPLOAD_BYTES.image],
    ['something that nobody asked for', ENDLESS, 'other', 0],
    ['no part at all', ENDLESS, undefined, MAX_UPLOAD_BYTES.image + MAX_UPLOAD_BYTES.clip],
    ['more than it may be, as it says itself,', 'content-length: 99000000000', 'clip', 0],
  ])(
    'of %s hears why, and is ended soon after the limit',
    async (_, length, field, limit) => {
      const { url } = await start();
      const { heard, sentBytes } = await sendWithoutEnd(url, head('/api/quote', length, field));
      expect(heard).toMatch(/^HTTP\/1\.1 (?:413|400) [\s\S]*(?:upload-too-large|bad-option)/);
      expect(sentBytes).toBeLessThan(limit + 64 * MB);
    },
    PATIENT_MS,
  );

  it(
    'of a stranger hears that they are one, and is ended soon',
    async () => {
      const { url } = await start({ signIn: createSignIn(digestOf('a password'), 'a key') });
      const { heard, sentBytes } = await sendWithoutEnd(url, head('/api/jobs', ENDLESS, 'clip'));
      expect(heard).toMatch(/^HTTP\/1\.1 401 /);
      expect(sentBytes).toBeLessThan(64 * MB);
    },
    PATIENT_MS,
  );
});
