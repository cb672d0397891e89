/** Real videos for the simulators: rendered at the length of the clip, padded to any size, served with ranges. */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reply, SimRequest } from './provider-sim.ts';

export type VideoShape = {
  seconds: number;
  width?: number | undefined;
  height?: number | undefined;
  bytes?: number | undefined;
};

/** A file of so many bytes: the rendered video, then an MP4 `free` box of noughts, which players skip. */
export type SimVideo = { path: string; rendered: number; bytes: number; etag: string };

export async function renderVideo({
  seconds,
  width = 352,
  height = 640,
  bytes,
}: VideoShape): Promise<SimVideo> {
  const { sampleClip } = await import('../test/samples.ts');
  const path = await sampleClip({ seconds, width, height, sound: true, faststart: true });
  const rendered = (await stat(path)).size;
  const total = Math.max(bytes ?? 0, rendered);
  return {
    path,
    rendered,
    bytes: total - rendered < 8 ? rendered : total,
    etag: `"${seconds}-${width}x${height}-${total}"`,
  };
}

/** Serves it as a CDN does: whole, or the range asked for if the tag still fits. */
export function serveVideo(video: SimVideo, request: SimRequest): Reply {
  const headers = { 'content-type': 'video/mp4', 'accept-ranges': 'bytes', etag: video.etag };
  const ifRange = request.headers['if-range'];
  const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
  if (from === undefined || (ifRange !== undefined && ifRange !== video.etag)) {
    return {
      status: 200,
      headers: { ...headers, 'content-length': String(video.bytes) },
      bytes: bytesOf(video, 0),
    };
  }
  const start = Number(from);
  if (start >= video.bytes)
    return { status: 416, headers: { ...headers, 'content-range': `bytes */${video.bytes}` } };
  return {
    status: 206,
    headers: {
      ...headers,
      'content-length': String(video.bytes - start),
      'content-range': `bytes ${start}-${video.bytes - 1}/${video.bytes}`,
    },
    bytes: bytesOf(video, start),
  };
}

async function* bytesOf(video: SimVideo, start: number): AsyncGenerator<Buffer> {
  if (start < video.rendered)
    yield* createReadStream(video.path, { start, highWaterMark: 16_384 }) as AsyncIterable<Buffer>;
  const padding = video.bytes - video.rendered;
  const box = Buffer.alloc(8);
  box.writeUInt32BE(padding);
  box.write('free', 4);
  const noughts = Buffer.alloc(65_536);
  for (let at = Math.max(0, start - video.rendered); at < padding; ) {
    const chunk = at < 8 ? box.subarray(at) : noughts.subarray(0, padding - at);
    yield chunk;
    at += chunk.length;
  }
}

/** The clip's length in seconds, or undefined when the bytes are no video. */
export async function secondsOf(bytes: Buffer): Promise<number | undefined> {
  const { FormatContext, FFmpegError } = await import('node-av/lib');
  const folder = await mkdtemp(join(tmpdir(), 'strut-sim-'));
  const path = join(folder, 'clip');
  try {
    await writeFile(path, bytes);
    await using input = new FormatContext();
    FFmpegError.throwIfError(await input.openInput(path));
    FFmpegError.throwIfError(await input.findStreamInfo(null));
    return Number(input.duration) / 1e6;
  } catch {
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
