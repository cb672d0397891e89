/** Reads a request's body: JSON, or a form whose files go to disk as they come. */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import { isWellFormed } from '../test/well-formed.ts';
import { no } from './errors.ts';

/** A file of a form; `index` is n of `files[n]`. */
export type Upload = { index: string; filename: string; contentType: string; path: string; bytes: number };
export type Body = { json: unknown; files: Upload[] };

/** Throws 413 when the whole is more than `maxBytes`, 50109 when it can't be read. */
/** As much of a request as is read here. */
type Incoming = Readable & Pick<IncomingMessage, 'headers'>;

export async function readBody(incoming: Incoming, maxBytes: number, tempPath: () => string): Promise<Body> {
  const type = incoming.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data')) return readForm(incoming, type, maxBytes, tempPath);
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.length > maxBytes) throw no.tooLargeForProxy();
  if (text === '') return { json: undefined, files: [] };
  if (!type.startsWith('application/json')) throw no.notJson();
  return { json: parseJson(text), files: [] };
}

function parseJson(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    if (isWellFormed(json)) return json;
  } catch {
    // Said below.
  }
  throw no.notJson();
}

async function readForm(
  incoming: Incoming,
  type: string,
  maxBytes: number,
  tempPath: () => string,
): Promise<Body> {
  const files: Upload[] = [];
  const fields: Record<string, string> = {};
  const writes: Promise<void>[] = [];
  const form = new Busboy({
    headers: { ...incoming.headers, 'content-type': type },
    limits: { files: 11, fieldSize: 2 ** 20 },
  });
  form.on('file', (field, stream, filename, _encoding, contentType) => {
    const upload = {
      index: /\[(\d+)\]/.exec(field)?.[1] ?? field,
      filename,
      contentType,
      path: tempPath(),
      bytes: 0,
    };
    stream.on('data', (chunk: Buffer) => {
      upload.bytes += chunk.length;
    });
    files.push(upload);
    const written = pipeline(stream, createWriteStream(upload.path));
    written.catch(() => undefined);
    writes.push(written);
  });
  form.on('field', (name, value) => {
    fields[name] = value;
  });
  try {
    await pipeline(incoming, form);
    await Promise.all(writes);
    if (files.reduce((sum, { bytes }) => sum + bytes, 0) > maxBytes) throw no.tooLargeForProxy();
    return { json: 'payload_json' in fields ? parseJson(fields.payload_json ?? '') : fields, files };
  } catch (error) {
    await Promise.all(files.map(({ path }) => rm(path, { force: true })));
    throw error;
  }
}
