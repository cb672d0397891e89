/** Archives, written as they are read: one piece of one file in memory, whatever they hold. */
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { makeZip } from 'client-zip';
import type { DataFile } from './core/upkeep/my-data.ts';

/** What has gone from the disk meanwhile is left out. */
export function zipOf(files: AsyncIterable<DataFile>): Readable {
  // The library leaves a file open whose archive is broken off, and may ask for one more after that.
  const brokenOff = new AbortController();
  // The library's own type and Node's are the same streams.
  const archive: Readable = Readable.from(makeZip(entriesOf(files, brokenOff.signal)));
  return archive.once('close', () => brokenOff.abort());
}

async function* entriesOf(files: AsyncIterable<DataFile>, signal: AbortSignal) {
  for await (const file of files) {
    const { name, atMs } = file;
    const lastModified = new Date(atMs);
    if ('text' in file) yield { name, lastModified, input: file.text };
    else {
      const isThere = await access(file.path).then(
        () => true,
        () => false,
      );
      if (isThere) yield { name, lastModified, input: piecesOf(file.path, signal) };
    }
  }
}

/** Opened only when it is read. */
async function* piecesOf(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (!signal.aborted) yield* createReadStream(path, { signal });
}
