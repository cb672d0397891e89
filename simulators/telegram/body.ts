/** Reads a request's parameters from wherever the Bot API takes them: the address, JSON, a form, a form with files. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { extname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import { isWellFormed } from '../test/well-formed.ts';
import { BotApiError, badRequest } from './errors.ts';
import type { Upload } from './journal.ts';
import { unpack } from './params.ts';

export type Body = { params: Record<string, unknown>; uploads: Record<string, Upload> };

/** 50 MB for the whole request, 2000 MB at a local server. https://core.telegram.org/bots/api#sending-files */
export const MAX_REQUEST_BYTES = 50 << 20;
export const MAX_LOCAL_REQUEST_BYTES = 2_000 * (1 << 20);

/** Files go to disk as they come, to paths that `temp` gives. Throws 413 when all has been read and it was too much. */
export async function readBody(
  request: IncomingMessage,
  query: URLSearchParams,
  { temp, maxBytes }: { temp(extension: string): string; maxBytes: number },
): Promise<Body> {
  const type = request.headers['content-type'] ?? '';
  const fields: Record<string, unknown> = Object.fromEntries(query);
  let bytes = 0;
  const counted = request.pipe(
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        // The rest is read and dropped: a sender that is cut off would never hear why.
        done(null, bytes > maxBytes && !type.startsWith('multipart/') ? undefined : chunk);
      },
    }),
  );
  if (type.startsWith('multipart/form-data')) {
    const uploads = await readForm(counted, type, fields, temp, () => bytes > maxBytes);
    if (bytes > maxBytes) throw new BotApiError(413, 'Request Entity Too Large');
    for (const name of Object.keys(uploads)) {
      // A file in a field of the method's own stands for itself.
      if (!Object.values(fields).some((value) => JSON.stringify(value).includes(`attach://${name}`)))
        fields[name] = `attach://${name}`;
    }
    return { params: unpack(fields), uploads };
  }
  const chunks: Buffer[] = [];
  for await (const chunk of counted) chunks.push(chunk as Buffer);
  if (bytes > maxBytes) throw new BotApiError(413, 'Request Entity Too Large');
  const text = Buffer.concat(chunks).toString('utf8');
  if (text !== '' && type.startsWith('application/json')) Object.assign(fields, parseObject(text));
  else if (type.startsWith('application/x-www-form-urlencoded'))
    Object.assign(fields, Object.fromEntries(new URLSearchParams(text)));
  return { params: unpack(fields), uploads: {} };
}

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && isWellFormed(value)) return value;
  } catch {
    // Said below.
  }
  throw badRequest("can't parse request JSON object");
}

async function readForm(
  source: NodeJS.ReadableStream,
  type: string,
  fields: Record<string, unknown>,
  temp: (extension: string) => string,
  tooMuch: () => boolean,
): Promise<Record<string, Upload>> {
  const uploads: Record<string, Upload> = {};
  const writes: Promise<void>[] = [];
  const parser = new Busboy({ headers: { 'content-type': type }, limits: { fieldSize: 1_000_000 } });
  parser.on('field', (name, value) => {
    fields[name] = WORDS.has(name) ? value : typed(value);
  });
  parser.on('file', (field, stream, filename, _encoding, mime) => {
    const name = filename ?? field;
    const path = temp(extname(name) || 'bin');
    const hash = createHash('sha256');
    let bytes = 0;
    const count = new Transform({
      transform(chunk: Buffer, _enc, done) {
        if (tooMuch()) return done();
        bytes += chunk.length;
        hash.update(chunk);
        done(null, chunk);
      },
    });
    const write = pipeline(stream, count, createWriteStream(path)).then(() => {
      uploads[field] = { name, mime, bytes, sha256: hash.digest('hex'), path };
    });
    write.catch(() => {});
    writes.push(write);
  });
  await pipeline(source, parser);
  await Promise.all(writes);
  return uploads;
}

/** Fields of a form whose digits are no number. */
const WORDS = new Set([
  'text',
  'caption',
  'callback_query_id',
  'file_id',
  'secret_token',
  'message_effect_id',
]);

/** A form holds strings only: what can be nothing but a number or a yes or no is read as such, as from JSON. */
function typed(value: string): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  return /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}
