/** This machine: versions, the disk, memory, and whether videos can be made on it. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdtemp, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { platform, release, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { filesAt } from '../config.ts';
import type { Diagnosis } from '../core/diagnosis.ts';
import { ownWords } from '../core/own-words.ts';
import { MAX_RSS_BYTES } from '../media/budget.ts';
import { createPool } from '../media/pool.ts';
import { ROOM_BYTES } from '../store/files.ts';
import { openPlace } from '../store/files-place.ts';
import { diagnosis } from '../words/doctor/index.ts';
import { formatsOf } from '../words/formats.ts';
import type { Check } from './patient.ts';

const NODE_NEEDED = 24;
/** A day's videos of a busy server. */
const FILLING_BYTES = 4 * ROOM_BYTES;
/** A second of video takes half a second on a small server; its child takes as long to start. */
const SLOW_MS = 15_000;

const { size, number } = formatsOf('en');
const inSeconds = (ms: number): string => number(Math.round(ms / 100) / 10);

export const versions: Check = {
  name: 'the versions',
  async look({ version }) {
    const node = process.versions.node;
    if (Number.parseInt(node, 10) < NODE_NEEDED) return [diagnosis('node-old', { node })];
    return [diagnosis('versions', { strut: version, node, system: `${platform()} ${release()}` })];
  },
};

export const disk: Check = {
  name: 'the disk',
  async look({ config: { DATA_DIR: folder } }) {
    // Before the first start it is not there: what counts is whether it can be made.
    const there = await nearest(folder);
    try {
      await access(there, constants.W_OK | constants.X_OK);
      if (there === folder) await tryToWrite(folder);
    } catch (error) {
      return [diagnosis('disk-unwritable', { folder, code: codeOf(error) })];
    }
    const { bavail, bsize } = await statfs(there);
    const bytes = bavail * bsize;
    const values = { free: size(bytes), folder, least: size(ROOM_BYTES) };
    const room =
      bytes < ROOM_BYTES
        ? diagnosis('disk-full', values)
        : bytes < FILLING_BYTES
          ? diagnosis('disk-filling', values)
          : diagnosis('disk-room', values);
    return [room, ...(there === folder ? await readers(folder) : [])];
  },
};

async function nearest(folder: string): Promise<string> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  return isThere || dirname(folder) === folder ? folder : nearest(dirname(folder));
}

/** A read-only mount and a full disk both let one ask for the right to write. */
async function tryToWrite(folder: string): Promise<void> {
  const path = join(folder, `try-${randomUUID()}`);
  try {
    await writeFile(path, 'a line', { mode: 0o600 });
  } finally {
    await rm(path, { force: true });
  }
}

async function readers(folder: string): Promise<Diagnosis[]> {
  const { mode } = await stat(folder);
  return (mode & 0o044) !== 0 && platform() !== 'win32' ? [diagnosis('disk-open', { folder })] : [];
}

export const files: Check = {
  name: 'the place of the files',
  async look({ config }) {
    const at = filesAt(config);
    // DATA_DIR is looked at by itself.
    if (!at) return [];
    const shown = at.kind === 's3' ? `the bucket ${at.bucket}` : at.path;
    // With a cache of its own: that of a bot that runs is its own.
    const cache = await mkdtemp(join(tmpdir(), 'strut-doctor-'));
    const place = openPlace(cache, at);
    try {
      await place.check();
      return [diagnosis('files-reached', { place: shown })];
    } catch (error) {
      return [diagnosis('files-unreachable', { place: shown, problem: `${ownWords(error)}.` })];
    } finally {
      await place.stop();
      await rm(cache, { recursive: true, force: true });
    }
  },
};

export const memory: Check = {
  name: 'the memory',
  async look() {
    const bytes = process.availableMemory();
    const values = { free: size(bytes), needed: size(MAX_RSS_BYTES) };
    return [bytes < MAX_RSS_BYTES ? diagnosis('memory-short', values) : diagnosis('memory', values)];
  },
};

export const media: Check = {
  name: 'making a video',
  async look({ signal }) {
    const pool = createPool({ log: { warn() {} }, size: 2 });
    const began = performance.now();
    try {
      const cameMs = await pool.run(
        'trial',
        { toPath: join(tmpdir(), `strut-${randomUUID()}.mp4`) },
        { signal },
      );
      const tookMs = performance.now() - began;
      if (cameMs < 500) return [diagnosis('media-broken', { problem: 'it could not be read back.' })];
      return [diagnosis(tookMs > SLOW_MS ? 'media-slow' : 'media-works', { seconds: inSeconds(tookMs) })];
    } catch (error) {
      signal.throwIfAborted();
      // What the child itself says is for the log.
      const isChilds = error instanceof Error && error.name === 'TaskFailed';
      const problem = isChilds ? 'the process that makes it gave up.' : `${ownWords(error)}.`;
      return [diagnosis('media-broken', { problem })];
    } finally {
      await pool.stop();
    }
  },
};

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'it failed';
