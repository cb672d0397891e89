/**
 * What the C2PA library reads files by. It is built for a browser's worker, where a file is a `Blob` and is read with a
 * `FileReaderSync`; Node has neither that reads at once, so these two do, a slice at a time.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

type Slice = { file: number; start: number; size: number };

/** A file on disk that looks like a blob. Close it when the library is done with it. */
export function openDiskBlob(path: string, type: string): { blob: Blob } & Disposable {
  const file = openSync(path, 'r');
  const { size } = fstatSync(file);
  return { blob: blobOf({ file, start: 0, size }, type), [Symbol.dispose]: () => closeSync(file) };
}

const slices = new WeakMap<object, Slice>();

/** The library asks a blob for its size and for slices, and nothing else. */
function blobOf(slice: Slice, type: string): Blob {
  const { file, start, size } = slice;
  const blob = {
    size,
    type,
    slice(from = 0, to = size): Blob {
      const begin = Math.min(Math.max(0, from), size);
      const end = Math.min(Math.max(begin, to), size);
      return blobOf({ file, start: start + begin, size: end - begin }, type);
    },
  };
  slices.set(blob, slice);
  return blob as unknown as Blob;
}

class FileReaderSync {
  readAsArrayBuffer(blob: object): ArrayBuffer {
    const slice = slices.get(blob);
    if (!slice) throw new TypeError('only our own files can be read');
    const bytes = new Uint8Array(slice.size);
    let read = 0;
    while (read < slice.size) {
      const got = readSync(slice.file, bytes, read, slice.size - read, slice.start + read);
      if (got === 0) break;
      read += got;
    }
    return bytes.buffer;
  }
}

/** The library looks for it among the globals. */
export function provideFileReader(): void {
  Object.assign(globalThis, { FileReaderSync });
}
