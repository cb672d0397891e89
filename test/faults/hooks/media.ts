/**
 * Pictures, clips and videos are taken as they are: what is tested here is everything else, some thousand times. What
 * looks into them truly has tests of its own, and a child process that would take most of the time. There is a point
 * before and after each video is marked.
 */
import { copyFile, stat } from 'node:fs/promises';
import { createMedia as create } from '../../../src/media/index.ts';
import { hooked } from './points.ts';

export * from '../../../src/media/index.ts';

const SAMPLE_MS = 3_000;
const CLIP = { container: 'mp4', width: 352, height: 352, durationMs: SAMPLE_MS, fps: 15, hasSound: false };
const VIDEO = { width: 352, height: 640, durationMs: SAMPLE_MS };

export const createMedia: typeof create = (parts) => {
  const image = async (path: string) => ({
    ok: true as const,
    value: { mime: 'image/jpeg', width: 400, height: 500, bytes: (await stat(path)).size },
  });
  const clip = async (path: string) => ({
    ok: true as const,
    value: { ...CLIP, bytes: (await stat(path)).size, cameraMoves: false },
  });
  const media: ReturnType<typeof create> = {
    ...create(parts),
    checkImage: image,
    checkClip: clip,
    async normaliseImage(path, toPath) {
      await copyFile(path, toPath);
      return image(path);
    },
    async normaliseClip(path, toPath) {
      await copyFile(path, toPath);
      return clip(path);
    },
    findPerson: async () => ({ image: true, clip: true }),
    lookAtPicture: async () => undefined,
    lookAtClip: async () => undefined,
    probeVideo: async () => VIDEO,
    async mark(path, toPath) {
      await copyFile(path, toPath);
      return VIDEO;
    },
    showsRealPerson: async () => false,
    frameHashes: async () => undefined,
    pictureHash: async () => undefined,
    poster: (_path, toPath) => copyFile(process.env.FAULTS_POSTER ?? '', toPath),
  };
  return hooked(media, 'media', ['mark', 'frameHashes']);
};
