import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPool, type Pool } from '../../src/media/pool.ts';
import { cupImage, emptyClip, personClip, personImage, portraitImage } from '../../test/people.ts';
import { readClipFrames } from '../clip-frames.ts';
import { drawMark } from '../mark.ts';
import { loadPoseModel } from '../model.ts';
import { openPicture } from '../open-picture.ts';
import { distance, middle, type Pose } from '../skeleton.ts';
import { readTrack } from '../track.ts';

let pool: Pool;
let folder: string;
beforeAll(async () => {
  pool = createPool({ log: { warn: () => undefined } });
  folder = await mkdtemp(join(tmpdir(), 'strut-draft-'));
});
afterAll(async () => {
  await pool.stop();
  await rm(folder, { recursive: true });
});

/** What the hips and a wrist do, measured against the person's own body. */
function signals(poses: Pose[]): { wrist: number[]; hips: number[] } {
  const torso = distance(
    middle(first(poses).leftShoulder, first(poses).rightShoulder),
    middle(first(poses).leftHip, first(poses).rightHip),
  );
  return {
    wrist: poses.map((pose) => (pose.rightShoulder.y - pose.rightWrist.y) / torso),
    hips: poses.map((pose) => (middle(pose.leftHip, pose.rightHip).y - first(poses).leftAnkle.y) / torso),
  };
}
function first(poses: Pose[]): Pose {
  const [pose] = poses;
  if (!pose) throw new Error('no poses');
  return pose;
}

/** Pearson's correlation of two signals, the second read at the times of the first. */
function correlation(a: number[], b: number[]): number {
  const read = (at: number): number =>
    b[Math.min(b.length - 1, Math.round((at * (b.length - 1)) / (a.length - 1)))] ?? 0;
  const other = a.map((_value, at) => read(at));
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(other)];
  const sum = (of: (at: number) => number): number => a.reduce((total, _value, at) => total + of(at), 0);
  const da = (at: number): number => (a[at] ?? 0) - ma;
  const db = (at: number): number => (other[at] ?? 0) - mb;
  return sum((at) => da(at) * db(at)) / Math.sqrt(sum((at) => da(at) ** 2) * sum((at) => db(at) ** 2));
}

async function lastFrame(path: string) {
  let last: Awaited<ReturnType<typeof openPicture>> | undefined;
  for await (const { picture } of readClipFrames(path, 500, 2000)) last = picture;
  if (!last) throw new Error('no frames');
  return last;
}

describe('a draft of the drawn person', () => {
  it('moves like the clip, lasts as long, sounds like it, and says that it is a draft', async () => {
    const [imagePath, clipPath] = await Promise.all([personImage(), personClip()]);
    const toPath = join(folder, 'draft.mp4');
    const shares: number[] = [];
    const facts = await pool.run(
      'renderDraft',
      { imagePath, clipPath, toPath, sound: true, orientation: 'video' },
      { onProgress: (share) => shares.push(share) },
    );

    // As long as the clip within a frame, as large as the picture, 30 frames a second.
    expect(facts).toMatchObject({ ok: true, width: 480, height: 720, frames: 120, hasSound: true });
    expect(facts.ok && Math.abs(facts.durationMs - 4000)).toBeLessThanOrEqual(34);
    expect(await readdir(folder)).toEqual(['draft.mp4']);
    expect(shares.length).toBeGreaterThan(3);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));

    const bytes = await readFile(toPath);
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
    expect(bytes.includes('avc1')).toBe(true);
    expect(bytes.includes('mp4a')).toBe(true);

    // The same model, looking at both: what the clip's person does, the character does.
    const model = await loadPoseModel();
    const clip = await readTrack(model, clipPath, () => undefined);
    const draft = await readTrack(model, toPath, () => undefined);
    const [wanted, got] = [signals(clip.poses), signals(draft.poses)];
    expect(correlation(wanted.wrist, got.wrist)).toBeGreaterThan(0.85);
    expect(correlation(wanted.hips, got.hips)).toBeGreaterThan(0.85);
    const span = (values: number[]): number => Math.max(...values) - Math.min(...values);
    expect(span(got.wrist) / span(wanted.wrist)).toBeGreaterThan(0.6);
    expect(span(got.hips) / span(wanted.hips)).toBeGreaterThan(0.5);

    // The corner is the picture's own, but for the mark.
    const [frame, original] = [await lastFrame(toPath), await openPicture(imagePath, 720)];
    const mark = drawMark(frame);
    let [white, changed] = [0, 0];
    for (let y = mark.top; y < mark.top + mark.height; y += 1) {
      for (let x = mark.left; x < mark.left + mark.width; x += 1) {
        const at = (y * frame.width + x) * 3;
        if ((frame.rgb[at] ?? 0) > 215 && (frame.rgb[at + 2] ?? 0) > 215) white += 1;
        if (Math.abs((frame.rgb[at] ?? 0) - (original.rgb[at] ?? 0)) > 30) changed += 1;
      }
    }
    expect(white / (mark.width * mark.height)).toBeGreaterThan(0.02);
    expect(changed / (mark.width * mark.height)).toBeGreaterThan(0.7);
  });

  it('can be had of head and shoulders, without sound', async () => {
    const [imagePath, clipPath] = await Promise.all([portraitImage(), personClip()]);
    const toPath = join(folder, 'bust.mp4');
    const facts = await pool.run('renderDraft', {
      imagePath,
      clipPath,
      toPath,
      sound: false,
      orientation: 'image',
    });
    expect(facts).toMatchObject({ ok: true, hasSound: false, frames: 120 });
    expect((await readFile(toPath)).includes('mp4a')).toBe(false);
    const heights: number[] = [];
    // The lowest row with sky all the way across tells where the head begins: the squats make it sink.
    for await (const { picture } of readClipFrames(toPath, 200, 300)) {
      const isSky = (row: number): boolean => {
        for (let x = 40; x < picture.width - 40; x += 1)
          if ((picture.rgb[(row * picture.width + x) * 3 + 2] ?? 0) < 180) return false;
        return true;
      };
      let row = 0;
      while (row < picture.height && isSky(row)) row += 1;
      heights.push(row / picture.height);
    }
    expect(heights.length).toBeGreaterThan(15);
    expect(Math.max(...heights) - Math.min(...heights)).toBeGreaterThan(0.06);
    expect(Math.max(...heights)).toBeLessThan(0.5);
  });

  it('stops when it is told to, and leaves no file of that name', async () => {
    const [imagePath, clipPath] = await Promise.all([personImage(), personClip()]);
    const toPath = join(folder, 'stopped.mp4');
    const control = new AbortController();
    const render = pool.run(
      'renderDraft',
      { imagePath, clipPath, toPath, sound: false, orientation: 'video' },
      { signal: control.signal, onProgress: (share) => share > 0.05 && control.abort(new Error('enough')) },
    );
    await expect(render).rejects.toThrow('enough');
    expect(await readdir(folder)).not.toContain('stopped.mp4');
  });
});

describe('nobody there', () => {
  it('is said of a cup', async () => {
    const [imagePath, clipPath] = await Promise.all([cupImage(), personClip()]);
    const order = {
      imagePath,
      clipPath,
      toPath: join(folder, 'cup.mp4'),
      sound: false,
      orientation: 'video',
    } as const;
    expect(await pool.run('renderDraft', order)).toEqual({ ok: false, code: 'no-person-in-image' });
    expect(await pool.run('findPerson', { imagePath, clipPath })).toEqual({ image: false, clip: true });
  });

  it('is said of an empty room', async () => {
    const [imagePath, clipPath] = await Promise.all([personImage(), emptyClip()]);
    const order = {
      imagePath,
      clipPath,
      toPath: join(folder, 'room.mp4'),
      sound: false,
      orientation: 'video',
    } as const;
    expect(await pool.run('renderDraft', order)).toEqual({ ok: false, code: 'no-person-in-clip' });
    expect(await pool.run('findPerson', { imagePath, clipPath })).toEqual({ image: true, clip: false });
  });
});
