/** Archives, written as they are read: one piece of one file in memory, whatever they hold. */
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { makeZip } from 'client-zip';
import type { DataFile } from './core/upkeep/my-data.ts';

/** What has gone from the disk meanwhile is left out. */
export const zipOf = (files: AsyncIterable<DataFile>): Readable =>
  // The library's own type and Node's are the same streams.
  Readable.from(makeZip(entriesOf(files)));

async function* entriesOf(files: AsyncIterable<DataFile>) {
  for await (const file of files) {
    const { name, atMs } = file;
    const lastModified = new Date(atMs);
    if ('text' in file) yield { name, lastModified, input: file.text };
    else {
      const isThere = await access(file.path).then(
        () => true,
        () => false,
      );
      if (isThere) yield { name, lastModified, input: piecesOf(file.path) };
    }
  }
}

/** Opened only when it is read, and closed again though the archive is broken off. */
async function* piecesOf(path: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield* createReadStream(path);
}
