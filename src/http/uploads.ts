/** Multipart uploads, streamed to disk: never more of a file in memory than a chunk. */

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import type { Context } from 'hono';
import { isDiskFull, MAX_UPLOAD_BYTES, type Upload } from '../core/intake/uploads.ts';
import type { Files } from '../core/ports.ts';
import { accept, type Outcome, type Refusal, refuse } from '../core/refusals.ts';
import { clean } from '../core/text.ts';

const MAX_REQUEST_BYTES = MAX_UPLOAD_BYTES.image + MAX_UPLOAD_BYTES.clip + 1_000_000;
/** What nobody wants is read and dropped for so long, so that its sender hears the reason in place of a cut connection. */
const MOST_DROPPED_BYTES = 32_000_000;

type FileField = keyof typeof MAX_UPLOAD_BYTES;
const isFileField = (name: string): name is FileField => Object.hasOwn(MAX_UPLOAD_BYTES, name);

export type Form = {
  fields: Record<string, string>;
  files: { image?: Upload; clip?: Upload };
} & AsyncDisposable;

/** Reads a form. The caller disposes of it, and with it of its files. */
export async function readForm(c: Context, files: Files): Promise<Outcome<Form>> {
  const type = c.req.header('content-type') ?? '';
  if (!type.startsWith('multipart/form-data'))
    return refuse({
      code: 'bad-request',
      reason: 'send multipart/form-data with the fields image and clip.',
    });
  const length = Number(c.req.header('content-length') ?? 0);
  if (length > MAX_REQUEST_BYTES)
    return refuse({ code: 'upload-too-large', what: 'request', maxBytes: MAX_REQUEST_BYTES });
  // Before a byte is written: many uploads at once would fill what is left, and take it from jobs under way.
  if (!(await files.hasRoom())) return refuse({ code: 'disk-full' });
  const body = c.req.raw.body;
  if (!body) return refuse({ code: 'missing-image' });
  await using stack = new AsyncDisposableStack();
  const form = { fields: {} as Record<string, string>, files: {} as Form['files'] };
  let refusal: Refusal | undefined;
  const writes: Promise<void>[] = [];
  const streams: Readable[] = [];
  let droppedBytes = 0;

  /** The body as far as there is any use in reading it. */
  async function* bounded(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > MAX_REQUEST_BYTES || droppedBytes > MOST_DROPPED_BYTES) throw new TooMuch();
      yield chunk;
    }
  }

  function drop(stream: Readable): void {
    stream.on('data', (chunk: Buffer) => {
      droppedBytes += chunk.length;
    });
  }

  async function keep(field: FileField, stream: Readable, name: string): Promise<void> {
    const temp = stack.use(await files.temp('upload'));
    const hash = createHash('sha256');
    let bytes = 0;
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        if (bytes > MAX_UPLOAD_BYTES[field]) {
          droppedBytes += chunk.length;
          refusal ??= { code: 'upload-too-large', what: field, maxBytes: MAX_UPLOAD_BYTES[field] };
          return done();
        }
        hash.update(chunk);
        done(null, chunk);
      },
    });
    await pipeline(stream, count, createWriteStream(temp.path, { mode: 0o600 }));
    if (bytes > MAX_UPLOAD_BYTES[field]) return;
    // A browser sends an empty part without a name where no file was chosen.
    if (bytes === 0 && name) refusal ??= { code: 'broken-file', what: field };
    else if (bytes > 0) form.files[field] = { path: temp.path, sha256: hash.digest('hex') };
  }

  try {
    const parser = new Busboy({
      headers: { 'content-type': type },
      limits: { files: 4, fields: 20, fieldSize: 20_000, parts: 24 },
    });
    // The parser's types promise a name that not every sender gives.
    parser.on('field', (name: string | undefined, value, _nameCut, valueCut) => {
      if (name === undefined) {
        refusal ??= { code: 'bad-request', reason: 'a field of the form has no name.' };
        return;
      }
      if (valueCut) refusal ??= { code: 'bad-option', option: name, allowed: ['a shorter text'] };
      form.fields[clean(name)] = clean(value);
    });
    parser.on('file', (name: string | undefined, stream, filename) => {
      streams.push(stream);
      // The parser lets go of an unfinished part with an error, which ends the process where nobody hears it: before its
      // file is open, too.
      stream.on('error', () => {});
      if (name === undefined) {
        refusal ??= { code: 'bad-request', reason: 'a file of the form has no name of a field.' };
        drop(stream);
      } else if (isFileField(name) && !form.files[name]) {
        const write = keep(name, stream, filename ?? '');
        // The parser would go on feeding a stream that nobody reads any more, and wait for ever.
        write.catch(() => drop(stream));
        writes.push(write);
      } else {
        if (!isFileField(name))
          refusal ??= { code: 'bad-option', option: name, allowed: Object.keys(MAX_UPLOAD_BYTES) };
        drop(stream);
      }
    });
    await pipeline(bounded(body), parser);
    await Promise.all(writes);
  } catch (error) {
    // The parser leaves a file that broke off open; its write, and its temporary file, would wait for ever.
    for (const stream of streams) stream.destroy(new Error('the upload broke off'));
    await Promise.allSettled(writes);
    if (error instanceof TooMuch)
      return refuse(refusal ?? { code: 'upload-too-large', what: 'request', maxBytes: MAX_REQUEST_BYTES });
    if (isDiskFull(error)) return refuse({ code: 'disk-full' });
    return refuse({
      code: 'bad-request',
      reason: 'the upload broke off or is not a proper form. Send it again.',
    });
  }
  if (refusal) return refuse(refusal);
  const kept = stack.move();
  return accept({ ...form, [Symbol.asyncDispose]: () => kept.disposeAsync() });
}

/** Ends the reading; nobody outside this file sees it. */
class TooMuch extends Error {
  override name = 'TooMuch';
}
