/** Files on their way to our disk: counted as they come, and not slower than anybody waits for them. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Agent } from 'undici';
import type { Files } from '../core/ports.ts';

/** A byte a second is never silent, and never done: 100 MB take this long at 1.4 Mbit/s. */
export const FILE_WITHIN_MS = 10 * 60_000;
const SILENCE_MS = 30_000;

/** Connections for members' files: one that says nothing for too long is over. */
export const fileAgent = (connections: number): Agent =>
  new Agent({
    connections,
    connectTimeout: SILENCE_MS,
    headersTimeout: SILENCE_MS,
    bodyTimeout: SILENCE_MS,
  });

/** Writes it all there and answers its hash; `too-large` where it is longer than that. */
export async function writeUpTo(
  maxBytes: number,
  body: Readable | AsyncIterable<string>,
  path: string,
  signal?: AbortSignal,
): Promise<{ sha256: string } | 'too-large'> {
  const hash = createHash('sha256');
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) return done(new TooLarge());
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const source = body instanceof Readable ? body : Readable.from(body);
  try {
    await pipeline(source, count, createWriteStream(path, { mode: 0o600 }), { signal });
    return { sha256: hash.digest('hex') };
  } catch (error) {
    if (error instanceof TooLarge) return 'too-large';
    throw error;
  }
}

export type KeptDownload = { path: string; sha256: string } & AsyncDisposable;

/** The same to a temporary file, which the caller disposes of. */
export async function keepUpTo(
  maxBytes: number,
  body: Readable,
  files: Pick<Files, 'temp'>,
  signal: AbortSignal,
): Promise<KeptDownload | 'too-large'> {
  await using stack = new AsyncDisposableStack();
  // It may break off before its file is open: unheard, that would end the process.
  body.on('error', () => {});
  const temp = stack.use(await files.temp('upload'));
  const written = await writeUpTo(maxBytes, body, temp.path, signal);
  if (written === 'too-large') return written;
  stack.move();
  return { ...written, path: temp.path, [Symbol.asyncDispose]: () => temp[Symbol.asyncDispose]() };
}

/** Ends the transfer; nobody outside this file sees it. */
class TooLarge extends Error {
  override name = 'TooLarge';
}
