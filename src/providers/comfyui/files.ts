/** Puts a file of ours into ComfyUI's input folder, which takes videos by the same way as pictures. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { type Http, NoClearAnswer, read } from '../http.ts';
import { FOLDER, uploadAnswer } from './wire.ts';

const TIMEOUT_MS = 5 * 60_000;
const BOUNDARY = 'strut-7c1f0b6e2d9a4c53';

/** The same file twice lies there once, as it is named by its hash. Throws NoClearAnswer. */
export async function putFile(
  http: Http,
  url: string,
  { key, path }: { key: string; path: string },
  signal: AbortSignal,
): Promise<void> {
  const { size } = await stat(path);
  const field = (name: string, value: string) =>
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const head = Buffer.from(
    field('type', 'input') +
      field('subfolder', FOLDER) +
      field('overwrite', 'true') +
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="image"; filename="${key}"\r\n` +
      'content-type: application/octet-stream\r\n\r\n',
  );
  const tail = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
  async function* body() {
    yield head;
    yield* createReadStream(path);
    yield tail;
  }
  const answer = await http.call({
    method: 'POST',
    url: `${url}/upload/image`,
    headers: {
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'content-length': String(head.length + size + tail.length),
    },
    body: Readable.from(body()),
    signal,
    timeoutMs: TIMEOUT_MS,
  });
  if (answer.status !== 200) throw new NoClearAnswer(`ComfyUI answered ${answer.status} to an upload`);
  const { name, subfolder } = read(uploadAnswer, answer, "ComfyUI's upload");
  if (name !== key || subfolder !== FOLDER)
    throw new NoClearAnswer('ComfyUI put a file where it was not told to');
}
