/** The few things that we do with a bucket. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FilesRefused, FilesUnreachable } from '../errors.ts';
import type { S3Answer, S3Client } from './client.ts';

/** A whole file in one call can be repeated only from its beginning. */
const IN_PARTS_ABOVE_BYTES = 90 * 1024 * 1024;
/** Held in memory while it is sent. The store takes no part under 5 MiB but the last, and 10,000 at most. */
const PART_BYTES = 16 * 1024 * 1024;

export type S3Objects = {
  /** Undefined where there is none. */
  size(name: string): Promise<number | undefined>;
  /** The file at that path, whose hash is known: the store sees that it has come whole. */
  put(name: string, path: string, what: { bytes: number; sha256: string; mime: string }): Promise<void>;
  putText(name: string, text: string): Promise<void>;
  text(name: string): Promise<string | undefined>;
  /** Brings it to that path. Its bytes must have that hash. False where there is none. */
  get(name: string, toPath: string, sha256: string): Promise<boolean>;
  copy(from: string, to: string): Promise<boolean>;
  remove(name: string): Promise<void>;
  list(start: string): AsyncIterable<{ name: string; changedAt: number }>;
};

export function createS3Objects(
  client: S3Client,
  { bucket, prefix }: { bucket: string; prefix: string },
  { inPartsAboveBytes = IN_PARTS_ABOVE_BYTES, partBytes = PART_BYTES } = {},
): S3Objects {
  const textOf = async ({ body }: S3Answer): Promise<string> =>
    Buffer.concat(await body.toArray()).toString('utf8');
  const drop = async (answer: S3Answer): Promise<void> => void (await textOf(answer));

  async function putInParts(name: string, path: string, bytes: number, mime: string): Promise<void> {
    const started = await client.call(
      { method: 'POST', name, query: { uploads: '' }, headers: { 'content-type': mime } },
      textOf,
    );
    const uploadId = tag(started, 'UploadId');
    try {
      await using file = await open(path, 'r');
      const tags: string[] = [];
      for (let start = 0; start < bytes; start += partBytes) {
        const part = await readPart(file, start, Math.min(partBytes, bytes - start));
        const query = { partNumber: String(tags.length + 1), uploadId };
        tags.push(
          await client.call({ method: 'PUT', name, query, body: bodyOf(part) }, async (answer) => {
            await drop(answer);
            return answer.headers.etag ?? '';
          }),
        );
      }
      const parts = tags.map(
        (etag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${escaped(etag)}</ETag></Part>`,
      );
      const body = bodyOf(
        Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`),
      );
      // It answers 200 before it knows, and may then say that it failed.
      await client.call({ method: 'POST', name, query: { uploadId }, body }, async (answer) => {
        if (!(await textOf(answer)).includes('CompleteMultipartUploadResult'))
          throw new Error('POST was answered with 200 and an error');
      });
    } catch (error) {
      // The first answer may have been lost, and the second says that there is no such upload any more.
      if (error instanceof FilesRefused && error.status === 404 && (await size(name)) === bytes) return;
      // Parts that are left behind cost room; that they can't be dropped now changes nothing of the trouble.
      await client.call({ method: 'DELETE', name, query: { uploadId } }, drop).catch(() => undefined);
      throw error;
    }
  }

  async function size(name: string): Promise<number | undefined> {
    return client
      .call({ method: 'HEAD', name }, async (answer) => {
        await drop(answer);
        return Number(answer.headers['content-length']);
      })
      .catch(noneThere);
  }

  return {
    size,
    async put(name, path, { bytes, sha256, mime }) {
      if (bytes > inPartsAboveBytes) return putInParts(name, path, bytes, mime);
      const body = { bytes, sha256, open: () => createReadStream(path) };
      await client.call({ method: 'PUT', name, headers: { 'content-type': mime }, body }, drop);
    },
    async putText(name, text) {
      await client.call({ method: 'PUT', name, body: bodyOf(Buffer.from(text)) }, drop);
    },
    text: (name) => client.call({ method: 'GET', name }, textOf).catch(noneThere),
    async get(name, toPath, sha256) {
      const found = await client
        .call({ method: 'GET', name }, async ({ body }) => {
          const hash = createHash('sha256');
          const count = new Transform({
            transform(chunk, _encoding, done) {
              hash.update(chunk);
              done(null, chunk);
            },
          });
          await pipeline(body, count, createWriteStream(toPath, { mode: 0o600 }));
          if (hash.digest('hex') !== sha256) throw new Error('GET was answered with other bytes');
          return true;
        })
        .catch((error: unknown) => {
          // What this disk has to say is not the store's fault.
          if (error instanceof FilesUnreachable && isOfDisk(error.cause)) throw error.cause;
          return noneThere(error);
        });
      return found ?? false;
    },
    async copy(from, to) {
      const headers = { 'x-amz-copy-source': encodeURI(`/${bucket}/${prefix}${from}`) };
      const copied = await client
        .call({ method: 'PUT', name: to, headers }, async (answer) => {
          // As with parts: the error may come after the 200.
          if (!(await textOf(answer)).includes('CopyObjectResult'))
            throw new Error('PUT was answered with 200 and an error');
          return true;
        })
        .catch(noneThere);
      return copied ?? false;
    },
    async remove(name) {
      await client.call({ method: 'DELETE', name }, drop).catch(noneThere);
    },
    async *list(start) {
      for (let next: string | undefined; ; ) {
        const query = {
          'list-type': '2',
          prefix: prefix + start,
          ...(next ? { 'continuation-token': next } : {}),
        };
        const page = await client.call({ method: 'GET', query }, textOf);
        for (const [, content = ''] of page.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
          const name = tag(content, 'Key').slice(prefix.length);
          yield { name, changedAt: Date.parse(tag(content, 'LastModified')) };
        }
        if (!/<IsTruncated>true</.test(page)) return;
        next = tag(page, 'NextContinuationToken');
      }
    },
  };
}

/** For `catch`: undefined where the store says that there is no such object. */
function noneThere(error: unknown): undefined {
  if (error instanceof FilesRefused && error.status === 404 && error.code !== 'NoSuchBucket')
    return undefined;
  throw error;
}

const isOfDisk = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ENOSPC', 'EACCES', 'EROFS', 'EIO'].includes(String(error.code));

const bodyOf = (bytes: Buffer) => ({
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
  open: () => bytes,
});

async function readPart(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, start);
  if (bytesRead < length) throw new Error('a file became shorter while it was sent');
  return buffer;
}

/** The answers are flat, and their values hold no markup: this is all that is needed of XML. */
function tag(xml: string, name: string): string {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  if (found === undefined) throw new FilesUnreachable(`the store's answer names no ${name}`);
  return found.replace(/&(quot|amp|lt|gt|apos);/g, (_, entity) => ENTITIES[entity] ?? '');
}

const ENTITIES: Record<string, string> = { quot: '"', amp: '&', lt: '<', gt: '>', apos: "'" };

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
