/**
 * From what was seen, frame by frame, to a motion without jitter at the times of the video's frames. The whole
 * track is known, so the smoothing looks both ways and adds no delay.
 */
import {
  clamp,
  distance,
  isSeen,
  KEY_POINTS,
  type KeyPointName,
  type Pose,
  poseOf,
  SEEN,
} from './skeleton.ts';
import type { Track } from './track.ts';

/** Pairs that the model sometimes takes for one another, from one frame to the next. */
const SWAPPED_TOGETHER: readonly (readonly (readonly [KeyPointName, KeyPointName])[])[] = [
  [
    ['leftElbow', 'rightElbow'],
    ['leftWrist', 'rightWrist'],
  ],
  [
    ['leftKnee', 'rightKnee'],
    ['leftAnkle', 'rightAnkle'],
  ],
];

/** The smooth pose at each of `atMs`. A score below SEEN in the answer means: unseen around that time, a guess. */
export function smoothTrack(track: Track, atMs: readonly number[]): Pose[] {
  const poses = withoutSpikes(withoutSwaps(track.poses), track.timesMs);
  const first = track.timesMs[0] ?? 0;
  const last = track.timesMs.at(-1) ?? 0;
  const sigma = kernelWidth(track.timesMs);
  const times = atMs.map((time) => clamp(time, first, last));
  const smooth = Object.fromEntries(
    KEY_POINTS.map((name) => {
      const scores = poses.map((pose) => pose[name].score);
      const weights = trustIn(scores);
      const smoothed = (values: number[]) =>
        times.map((time) => localFit(track.timesMs, values, weights, time, sigma));
      return [
        name,
        {
          x: smoothed(poses.map((pose) => pose[name].x)),
          y: smoothed(poses.map((pose) => pose[name].y)),
          score: times.map((time) => localMean(track.timesMs, scores, time, sigma)),
        },
      ];
    }),
  );
  return times.map((_time, index) =>
    poseOf((name) => ({
      x: smooth[name]?.x[index] ?? 0,
      y: smooth[name]?.y[index] ?? 0,
      score: smooth[name]?.score[index] ?? 0,
    })),
  );
}

/** A guess has no say beside a sighting; where there is no sighting at all, guesses are what there is. */
function trustIn(scores: readonly number[]): number[] {
  const seen = scores.map((score) => (score >= SEEN ? score * score : 0));
  return seen.some((weight) => weight > 0) ? seen : scores.map((score) => score * score + 1e-6);
}

/** Wide enough to reach the neighbours of a slow clip, narrow enough to keep a quick wave. */
function kernelWidth(timesMs: readonly number[]): number {
  const gaps = timesMs.slice(1).map((time, index) => time - (timesMs[index] ?? 0));
  const typical = gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 66;
  return Math.max(75, typical * 0.8);
}

/**
 * The value at one time of a parabola fitted to the samples around it, the near and sure ones counting most. A parabola
 * keeps the height of a wave that a plain mean would flatten. Where nothing sure is near, the reach grows: that
 * fills gaps.
 */
export function localFit(
  timesMs: readonly number[],
  values: readonly number[],
  weights: readonly number[],
  timeMs: number,
  sigmaMs: number,
): number {
  let sigma = sigmaMs;
  for (let widen = 0; widen < 6; widen += 1, sigma *= 1.7) {
    const sums = new Float64Array(5);
    const right = new Float64Array(3);
    for (let i = 0; i < timesMs.length; i += 1) {
      const u = ((timesMs[i] ?? 0) - timeMs) / sigma;
      if (Math.abs(u) > 3.5) continue;
      const w = Math.exp(-u * u * 0.5) * (weights[i] ?? 0);
      const value = values[i] ?? 0;
      for (let power = 0, term = w; power < 5; power += 1, term *= u) {
        sums[power] = (sums[power] ?? 0) + term;
        if (power < 3) right[power] = (right[power] ?? 0) + term * value;
      }
    }
    const [s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0] = sums;
    if (s0 < 0.02 && widen < 5) continue;
    if (s0 <= 0) break;
    const [r0 = 0, r1 = 0, r2 = 0] = right;
    // Centred on the mean, and held back a little: few samples must not fling the parabola away.
    const mean = r0 / s0;
    const hold = 0.02 * s0;
    const [b1, b2] = [r1 - mean * s1, r2 - mean * s2];
    const [a11, a12, a22] = [s2 - (s1 * s1) / s0 + hold, s3 - (s1 * s2) / s0, s4 - (s2 * s2) / s0 + hold];
    const det = a11 * a22 - a12 * a12;
    const slope = (b1 * a22 - b2 * a12) / det;
    const curve = (a11 * b2 - a12 * b1) / det;
    return mean - (slope * s1 + curve * s2) / s0;
  }
  return values[nearest(timesMs, weights, timeMs)] ?? 0;
}

function localMean(
  timesMs: readonly number[],
  values: readonly number[],
  timeMs: number,
  sigma: number,
): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < timesMs.length; i += 1) {
    const u = ((timesMs[i] ?? 0) - timeMs) / sigma / 1.5;
    if (Math.abs(u) > 3.5) continue;
    const w = Math.exp(-u * u * 0.5);
    sum += w * (values[i] ?? 0);
    total += w;
  }
  return total > 0 ? sum / total : 0;
}

/** The nearest sample that counts for anything. */
function nearest(timesMs: readonly number[], weights: readonly number[], timeMs: number): number {
  let best = -1;
  for (let i = 0; i < timesMs.length; i += 1) {
    const isNearer =
      Math.abs((timesMs[i] ?? 0) - timeMs) < Math.abs((timesMs[best] ?? Number.POSITIVE_INFINITY) - timeMs);
    if ((weights[i] ?? 0) > 0 && isNearer) best = i;
  }
  return Math.max(0, best);
}

/** Arms or legs that change sides from one frame to the next are put back. */
export function withoutSwaps(poses: readonly Pose[]): Pose[] {
  const out: Pose[] = [];
  for (const pose of poses) {
    const before = out.at(-1);
    let next = pose;
    for (const group of before ? SWAPPED_TOGETHER : []) {
      let straight = 0;
      let crossed = 0;
      for (const [a, b] of group) {
        if (!before || ![pose[a], pose[b], before[a], before[b]].every(isSeen)) continue;
        straight += distance(pose[a], before[a]) + distance(pose[b], before[b]);
        crossed += distance(pose[a], before[b]) + distance(pose[b], before[a]);
      }
      if (crossed < straight * 0.45) {
        const other = new Map(group.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));
        const from: Pose = next;
        next = poseOf((name) => from[other.get(name) ?? name]);
      }
    }
    out.push(next);
  }
  return out;
}

/** One frame's jump out and back is the model's error: it keeps its place but loses its say. */
export function withoutSpikes(poses: readonly Pose[], timesMs: readonly number[]): Pose[] {
  return poses.map((pose, index) => {
    const before = poses[index - 1];
    const after = poses[index + 1];
    if (!before || !after || (timesMs[index + 1] ?? 0) - (timesMs[index - 1] ?? 0) > 250) return pose;
    const size = bodySize(pose);
    return poseOf((name) => {
      const [here, a, b] = [pose[name], before[name], after[name]];
      const away = distance(here, { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
      const spike = away > size * 0.12 && distance(a, b) < away * 0.8;
      return spike ? { ...here, score: here.score * 0.1 } : here;
    });
  });
}

function bodySize(pose: Pose): number {
  const ys = KEY_POINTS.map((name) => pose[name]).filter(isSeen);
  const heights = ys.map((point) => point.y);
  const widths = ys.map((point) => point.x);
  if (ys.length < 2) return Number.POSITIVE_INFINITY;
  return Math.max(Math.max(...heights) - Math.min(...heights), Math.max(...widths) - Math.min(...widths));
}
