/** fal.ai's file storage: bytes in, a public address that expires out (the official JS client's storage.ts, 1.10.1). */
import { createReadStream } from 'node:fs';
import { z } from 'zod';
import type { StoredFile } from '../../core/job/job.ts';
import type { ProviderCopies } from '../../core/job/provider-copies.ts';
import type { AssetHost, ProviderTrouble } from '../../core/ports.ts';
import { UploadRefused } from '../../core/ports.ts';
import { type ApiAnswer, type ApiCall, createHttp, type Http, NoClearAnswer, read } from '../http.ts';
import { publicOnly } from '../public-only.ts';
import { accountOf } from '../queue-api.ts';
import { refusalOf } from './account.ts';

/** Longer than any job waits and renders, and not for ever, which is its default. */
const EXPIRY_SECONDS = 24 * 3600;
const MULTIPART_ABOVE_BYTES = 90 * 1024 * 1024;
const PART_BYTES = 10 * 1024 * 1024;
const UPLOAD_TIMEOUT_MS = 10 * 60_000;

const initiated = z.object({
  upload_url: z.url({ protocol: /^https?$/ }),
  file_url: z.url({ protocol: /^https?$/ }),
});
const part = z.object({ partNumber: z.number().int(), etag: z.string() });

export type FalStorageOptions = {
  key: string;
  restUrl: string;
  pathOf(file: StoredFile): Promise<string>;
  /** What lies there already; without, every file is put there anew. */
  copies?: ProviderCopies | undefined;
  onTrouble?: (trouble: ProviderTrouble) => void;
};

/** Holds files for every provider that fetches by address. `urlFor` throws UploadRefused, or passing trouble. */
export function createFalStorage(options: FalStorageOptions): AssetHost & { stop(): Promise<void> } {
  const { key, restUrl, pathOf, copies } = options;
  const place = { name: `fal:${accountOf(restUrl, key)}`, keptMs: EXPIRY_SECONDS * 1000 };
  const api = createHttp();
  // The signed upload address lies on a host of fal.ai's choice: no key goes there, and it must be a public one.
  const uploads = createHttp({ connect: publicOnly([restUrl]) });

  async function initiate(file: StoredFile, path: string, signal: AbortSignal) {
    const answer = await api.call({
      method: 'POST',
      url: `${restUrl}/storage/upload/${path}?storage_type=fal-cdn-v3`,
      headers: {
        authorization: `Key ${key}`,
        'x-fal-object-lifecycle': JSON.stringify({ expiration_duration_seconds: EXPIRY_SECONDS }),
      },
      json: { content_type: file.mime, file_name: `${file.key.slice(0, 16)}.${file.mime.split('/')[1]}` },
      signal,
    });
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
      const { failure, trouble } = refusalOf(answer);
      if (trouble) options.onTrouble?.(trouble);
      throw new UploadRefused(failure);
    }
    if (answer.status !== 200) throw new NoClearAnswer(`fal.ai's storage answered ${answer.status}`);
    return read(initiated, answer, "fal.ai's storage");
  }

  async function putWhole(file: StoredFile, uploadUrl: string, signal: AbortSignal): Promise<void> {
    const body = createReadStream(await pathOf(file));
    const headers = { 'content-type': file.mime, 'content-length': String(file.bytes) };
    await send(uploads, { method: 'PUT', url: uploadUrl, headers, body, signal });
  }

  async function putInParts(file: StoredFile, uploadUrl: string, signal: AbortSignal): Promise<void> {
    const parts: z.infer<typeof part>[] = [];
    for (let start = 0; start < file.bytes; start += PART_BYTES) {
      const end = Math.min(start + PART_BYTES, file.bytes);
      const answer = await send(uploads, {
        method: 'PUT',
        url: extend(uploadUrl, String(parts.length + 1)),
        headers: { 'content-length': String(end - start) },
        body: createReadStream(await pathOf(file), { start, end: end - 1 }),
        signal,
      });
      const { partNumber, etag } = read(part, answer, "a part of fal.ai's storage");
      parts.push({ partNumber, etag });
    }
    await send(uploads, { method: 'POST', url: extend(uploadUrl, 'complete'), json: { parts }, signal });
  }

  async function put(file: StoredFile, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    const inParts = file.bytes > MULTIPART_ABOVE_BYTES;
    const { upload_url, file_url } = await initiate(
      file,
      inParts ? 'initiate-multipart' : 'initiate',
      signal,
    );
    await (inParts ? putInParts : putWhole)(file, upload_url, signal);
    return file_url;
  }

  const urlFor: AssetHost['urlFor'] = (file, signal, how) =>
    copies && how?.shared ? copies.addressAt(place, file, () => put(file, signal)) : put(file, signal);

  return { urlFor, stop: async () => void (await Promise.all([api.stop(), uploads.stop()])) };
}

async function send(http: Http, call: ApiCall): Promise<ApiAnswer> {
  const answer = await http.call({ timeoutMs: UPLOAD_TIMEOUT_MS, ...call });
  if (answer.status < 200 || answer.status > 299)
    throw new NoClearAnswer(`fal.ai's storage answered ${answer.status} to an upload`);
  return answer;
}

/** The signed address with one more step in its path and its query kept. */
function extend(uploadUrl: string, step: string): string {
  const { origin, pathname, search } = new URL(uploadUrl);
  return `${origin}${pathname}/${step}${search}`;
}
