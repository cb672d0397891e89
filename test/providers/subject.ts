/** What the tests of the hosted providers share: files to send, a log that stays silent. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Inputs, StoredFile } from '../../src/core/job/job.ts';
import type { AssetHost, Log } from '../../src/core/ports.ts';
import { sampleClip, sampleImage } from '../samples.ts';
import { serveFiles } from '../serve-files.ts';

export type SampleFiles = { inputs: Inputs; pathOf(file: StoredFile): Promise<string> };

/** A picture and a clip of 3 s, as they are after normalising. */
export async function sampleFiles(size = {}): Promise<SampleFiles> {
  const [image, clip] = await Promise.all([sampleImage(size), sampleClip()]);
  const inputs = {
    image: { key: basename(image), bytes: (await stat(image)).size, mime: 'image/jpeg' },
    clip: { key: basename(clip), bytes: (await stat(clip)).size, mime: 'video/mp4', durationMs: 3_000 },
  };
  return { inputs, pathOf: async (file) => join(dirname(image), file.key) };
}

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** The sample files on a host of their own, for providers that fetch by address. */
export async function serveSamples() {
  const { inputs, pathOf } = await sampleFiles();
  const { url, close } = await serveFiles();
  const host: AssetHost = { urlFor: async (file) => url(await pathOf(file)) };
  return { inputs, host, close };
}
