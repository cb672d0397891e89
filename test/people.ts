/**
 * People for tests, drawn by us: a mannequin that the pose model takes for a person, still and in motion.
 * Files are drawn once a process tree and kept in the system's temporary folder.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decoder, Demuxer, Encoder, FilterAPI, Muxer } from 'node-av/api';
import { AV_LOG_ERROR, AV_PIX_FMT_RGB24, FF_ENCODER_AAC, FF_ENCODER_LIBX264 } from 'node-av/constants';
import { Log } from 'node-av/lib';
import sharp, { type Sharp } from 'sharp';
import { filledFrame } from '../src/media/av/filled-frame.ts';

type Point = [x: number, y: number];
/** Angles in degrees from hanging straight down, positive outwards; `crouch` 0 stands, 1 squats. */
type Stance = {
  leftArm: [upper: number, lower: number];
  rightArm: [upper: number, lower: number];
  crouch: number;
  /** Sideways, in picture widths. */
  shift: number;
};
type Look = { shirt: string; trousers: string; hair: string; skin: string; scene: 'room' | 'beach' };

const STANDING: Stance = { leftArm: [22, 10], rightArm: [22, 10], crouch: 0, shift: 0 };
const ALEX: Look = {
  shirt: '#b8323a',
  trousers: '#2b3550',
  hair: '#3a2416',
  skin: '#e0a680',
  scene: 'beach',
};
const SAM: Look = { shirt: '#2f7d5b', trousers: '#4a4038', hair: '#15110f', skin: '#c98d62', scene: 'room' };

// The encoders report every run on stderr unless told not to.
Log.setLevel(AV_LOG_ERROR);
const CLIP = { width: 360, height: 640, fps: 25 };
const SOUND_HZ = 440;

/** The moves of the clip: one arm waves, then two squats with both arms going up. */
function stanceAt(seconds: number): Stance {
  const wave = Math.max(0, Math.sin(Math.min(1, seconds / 1.6) * Math.PI));
  const squat = seconds < 1.6 ? 0 : (1 - Math.cos((seconds - 1.6) * Math.PI * 2 * 0.75)) / 2;
  return {
    leftArm: [22 + squat * 75, 10 + squat * 20],
    rightArm: [
      22 + wave * 118 + squat * 75,
      10 + wave * 35 + wave * 18 * Math.sin(seconds * 12) + squat * 20,
    ],
    crouch: squat,
    shift: 0.03 * Math.sin(seconds * 2),
  };
}

/** A full-length picture of somebody standing, 480 by 720, PNG: drafts are as large. Answers its path. */
export function personImage(): Promise<string> {
  return once('person.png', (path) => drawn(480, 720, STANDING, ALEX).png().toFile(path));
}

/** The same head and shoulders only: nothing below the chest. */
export function portraitImage(): Promise<string> {
  return once('portrait.png', (path) =>
    drawn(1440, 2160, STANDING, ALEX)
      .extract({ left: 340, top: 200, width: 760, height: 800 })
      .png()
      .toFile(path),
  );
}

/** A picture without anybody: a cup on a table. */
export function cupImage(): Promise<string> {
  const cup = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><rect width="800" height="600" fill="#d8d2c4"/>
    <rect y="420" width="800" height="180" fill="#8a6a4a"/><rect x="300" y="240" width="200" height="220" rx="24" fill="#3f6fa8"/>
    <ellipse cx="400" cy="244" rx="100" ry="26" fill="#2c4f7a"/><path d="M500 290q90 10 70 80t-80 50" stroke="#3f6fa8" stroke-width="26" fill="none"/></svg>`;
  return once('cup.png', (path) => fromSvg(cup).png().toFile(path));
}

/** Four seconds of somebody waving and squatting: 360 by 640, 25 frames a second, with a tone unless told. */
export function personClip(options: { sound?: boolean; seconds?: number } = {}): Promise<string> {
  const { sound = true, seconds = 4 } = options;
  return once(`person-${seconds}s${sound ? '' : '-silent'}.mp4`, (path) =>
    film(path, seconds, sound, (time) => drawn(CLIP.width, CLIP.height, stanceAt(time), SAM)),
  );
}

/**
 * Four seconds of two people who walk past each other, 640 by 360: the larger from left to right, the smaller from right to
 * left and in front. `alike`: in the same clothes.
 */
export function crossingClip({ alike = false } = {}): Promise<string> {
  const [large, small] = [0.94, 0.86];
  const at = (place: number, size: number, stance: Stance, look: Look): string =>
    `<g transform="translate(${place - 100 * size} ${270 - 266 * size}) scale(${size})">${person(stance, look)}</g>`;
  const size = { width: 640, height: 360 };
  return once(`crossing${alike ? '-alike' : ''}.mp4`, (path) =>
    film(
      path,
      4,
      false,
      (time) => {
        const way = (time / 4) * 260;
        const arm: [number, number] = [30 + 25 * Math.sin(time * 5), 15];
        const walk = (phase: number): Stance => ({ ...STANDING, rightArm: arm, crouch: 0.08 * phase });
        const scene = `<rect width="480" height="270" fill="#d9d4cb"/><rect y="225" width="480" height="45" fill="#a98e6c"/>`;
        const people =
          at(110 + way, large, walk(Math.abs(Math.sin(time * 5))), ALEX) +
          at(370 - way, small, walk(Math.abs(Math.cos(time * 5))), alike ? ALEX : SAM);
        return flat(size.width, size.height, scene + people, '0 0 480 270');
      },
      size,
    ),
  );
}

/** Two who stand side by side, the larger on the left: 1280 by 720, PNG. */
export function pairImage(): Promise<string> {
  const place = (x: number, size: number, look: Look): string =>
    `<g transform="translate(${x - 100 * size} ${270 - 266 * size}) scale(${size})">${person(STANDING, look)}</g>`;
  const scene = `<rect width="480" height="270" fill="#d9d4cb"/><rect y="225" width="480" height="45" fill="#a98e6c"/>`;
  return once('pair.png', (path) =>
    flat(
      1280,
      720,
      scene + place(140, 0.96, ALEX) + place(340, 0.9, { ...SAM, trousers: '#2b3550' }),
      '0 0 480 270',
    )
      .png()
      .toFile(path),
  );
}

/** Eight seconds in two shots: somebody in a room, and from 5.2 s on in the dark. */
export function cutClip(): Promise<string> {
  const dark = '<rect x="-50" width="300" height="300" fill="#121a24"/>';
  return once('cut.mp4', (path) =>
    film(path, 8, false, (time) =>
      flat(CLIP.width, CLIP.height, (time < 5.2 ? room(1) : dark) + person(stanceAt(time), SAM)),
    ),
  );
}

/** Four seconds of an empty room whose light changes. */
export function emptyClip(): Promise<string> {
  return once('empty.mp4', (path) =>
    film(path, 4, false, (time) => flat(CLIP.width, CLIP.height, room(0.9 + 0.1 * Math.sin(time)))),
  );
}

/** Six seconds of a slide show: one still picture of somebody each second, in another place and another light each. */
export function slidesClip(): Promise<string> {
  const grounds = ['#d9d4cb', '#121a24', '#8ec5e8', '#7a5b44', '#e6d3a3', '#2f7d5b'];
  return once('slides.mp4', (path) =>
    film(path, 6, false, (time) => {
      const slide = Math.floor(time);
      const ground = `<rect x="-50" width="300" height="300" fill="${grounds[slide]}"/>`;
      return flat(CLIP.width, CLIP.height, ground + person(stanceAt(slide * 0.7), slide % 2 ? ALEX : SAM));
    }),
  );
}

/** Six seconds of an empty room, which somebody comes into for the last one. `turned`: by 180 degrees, all the time there. */
export function lateClip({ turned = false } = {}): Promise<string> {
  return once(turned ? 'turned.mp4' : 'late.mp4', (path) =>
    film(path, turned ? 4 : 6, false, (time) => {
      const scene = room(1) + (turned || time >= 5 ? person(stanceAt(time), SAM) : '');
      const frame = flat(CLIP.width, CLIP.height, scene);
      return turned ? frame.rotate(180) : frame;
    }),
  );
}

/** Four seconds of a split screen: the same movement by two people of one size. `alone`: one of them, with black bars. */
export function splitClip({ alone = false } = {}): Promise<string> {
  const size = { width: 640, height: 360 };
  const half = (left: number, stance: Stance, look: Look): string =>
    `<g transform="translate(${left - 100 * 0.9} ${270 - 266 * 0.9}) scale(0.9)">${person(stance, look)}</g>`;
  return once(alone ? 'boxed.mp4' : 'split.mp4', (path) =>
    film(
      path,
      4,
      false,
      (time) => {
        const stance = stanceAt(time);
        const walls = `<rect width="240" height="270" fill="#d9d4cb"/><rect x="240" width="240" height="270" fill="#a9b8c4"/>`;
        const bars = `<rect width="150" height="270" fill="#000"/><rect x="330" width="150" height="270" fill="#000"/>`;
        const inside = alone
          ? `<rect width="480" height="270" fill="#d9d4cb"/>${half(240, stance, SAM)}${bars}`
          : walls + half(120, stance, ALEX) + half(360, stance, SAM);
        return flat(size.width, size.height, inside, '0 0 480 270');
      },
      size,
    ),
  );
}

function drawn(width: number, height: number, stance: Stance, look: Look): Sharp {
  return flat(width, height, (look.scene === 'room' ? room(1) : BEACH) + person(stance, look));
}

/** RGB without alpha. */
export function flat(width: number, height: number, inside: string, space?: string): Sharp {
  return fromSvg(svg(width, height, inside, space))
    .flatten()
    .removeAlpha();
}

function fromSvg(text: string): Sharp {
  // Where the bot's own reader of pictures is loaded in this process, it has shut what it never takes.
  sharp.unblock({ operation: ['VipsForeignLoadSvg'] });
  return sharp(Buffer.from(text));
}

/** Everything is drawn in a space of 200 by 300 (portrait) unless told, cut to the size asked for. */
function svg(width: number, height: number, inside: string, space = '0 0 200 300'): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${space}" preserveAspectRatio="xMidYMid slice">${inside}</svg>`;
}

const room = (
  light: number,
): string => `<g opacity="${light}"><rect x="-50" width="300" height="300" fill="#d9d4cb"/>
  <rect x="-50" y="248" width="300" height="60" fill="#a98e6c"/><rect x="150" y="60" width="70" height="150" fill="#9db8c9"/>
  <rect x="-20" y="120" width="45" height="128" fill="#7a5b44"/></g>`;
const BEACH = `<rect x="-50" width="300" height="300" fill="#8ec5e8"/><rect x="-50" y="170" width="300" height="70" fill="#3f86a6"/>
  <rect x="-50" y="232" width="300" height="80" fill="#e6d3a3"/><circle cx="30" cy="40" r="14" fill="#fff3c4"/>
  <rect x="168" y="60" width="9" height="190" fill="#6b4f37"/>`;

function person(stance: Stance, look: Look): string {
  const x = 100 + stance.shift * 200;
  const drop = stance.crouch * 34;
  const shoulderY = 92 + drop;
  const hipY = 158 + drop;
  const limb = (from: Point, to: Point, wide: number, colour: string): string =>
    `<line x1="${from[0]}" y1="${from[1]}" x2="${to[0]}" y2="${to[1]}" stroke="${shade(colour)}" stroke-width="${wide + 1.4}" stroke-linecap="round"/>` +
    `<line x1="${from[0]}" y1="${from[1]}" x2="${to[0]}" y2="${to[1]}" stroke="${colour}" stroke-width="${wide}" stroke-linecap="round"/>`;
  const reach = (from: Point, degrees: number, length: number, side: number): Point => [
    from[0] + side * Math.sin((degrees * Math.PI) / 180) * length,
    from[1] + Math.cos((degrees * Math.PI) / 180) * length,
  ];
  const arm = (side: number, [upper, lower]: [number, number]): string => {
    const shoulder: Point = [x + side * 21, shoulderY + 4];
    const elbow = reach(shoulder, upper, 33, side);
    const wrist = reach(elbow, upper + lower, 30, side);
    const hand = reach(wrist, upper + lower, 5, side);
    return (
      limb(elbow, wrist, 8, look.skin) +
      limb(shoulder, elbow, 12.5, look.shirt) +
      limb(wrist, hand, 9.5, look.skin)
    );
  };
  const leg = (side: number): string => {
    const hip: Point = [x + side * 10, hipY];
    const ankle: Point = [100 + stance.shift * 60 + side * 15, 256];
    const bend = Math.sqrt(Math.max(0, 51 ** 2 - ((ankle[1] - hip[1]) / 2) ** 2)) * 0.75;
    const knee: Point = [(hip[0] + ankle[0]) / 2 + side * bend, (hip[1] + ankle[1]) / 2];
    return (
      limb(knee, ankle, 12, look.trousers) +
      limb(hip, knee, 16.5, look.trousers) +
      limb([ankle[0], 260], [ankle[0] + side * 6, 263], 8, '#1b1b1b')
    );
  };
  const headY = shoulderY - 32;
  const torso = `M${x - 25} ${shoulderY + 2}q4 -7 18 -8h14q14 1 18 8l-6 36l1 34h-40l1 -34z`;
  const face =
    [-1, 1]
      .map(
        (
          side,
        ) => `<ellipse cx="${x + side * 15}" cy="${headY + 2}" rx="2.8" ry="4.4" fill="${shade(look.skin)}"/>
    <ellipse cx="${x + side * 5.6}" cy="${headY - 1}" rx="3" ry="2" fill="#fff"/><circle cx="${x + side * 5.6}" cy="${headY - 1}" r="1.6" fill="#20150e"/>
    <path d="M${x + side * 2.6} ${headY - 6}h${side * 6.5}" stroke="${look.hair}" stroke-width="1.6"/>`,
      )
      .join('') +
    `<path d="M${x} ${headY}l-2.2 6h3.6" stroke="${shade(look.skin)}" stroke-width="1.3" fill="none"/>
     <path d="M${x - 5.5} ${headY + 10}q5.5 4 11 0" stroke="#8c2f2f" stroke-width="1.9" fill="none"/>`;
  return (
    `<ellipse cx="${x}" cy="266" rx="38" ry="5" fill="#000" opacity="0.18"/>` +
    leg(-1) +
    leg(1) +
    `<rect x="${x - 18.5}" y="${hipY - 12}" width="37" height="20" rx="8" fill="${look.trousers}"/>` +
    limb([x, headY + 12], [x, shoulderY], 11, look.skin) +
    `<path d="${torso}" fill="${look.shirt}" stroke="${shade(look.shirt)}"/>` +
    `<ellipse cx="${x}" cy="${headY - 3}" rx="17" ry="19.5" fill="${look.hair}"/><ellipse cx="${x}" cy="${headY + 1}" rx="14.6" ry="18" fill="${look.skin}"/>` +
    `<path d="M${x - 15.4} ${headY - 3}q3 -14 15.4 -14t15.4 14q-2 -17 -15.4 -18t-15.4 18z" fill="${look.hair}"/>` +
    face +
    // The picture shows the person's left side on the right.
    arm(-1, stance.rightArm) +
    arm(1, stance.leftArm)
  );
}

/** A darker tone of a #rrggbb colour. */
function shade(colour: string): string {
  const parts = [1, 3, 5].map((at) => Math.round(Number.parseInt(colour.slice(at, at + 2), 16) * 0.72));
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

export async function film(
  path: string,
  seconds: number,
  sound: boolean,
  pictureAt: (time: number) => Sharp,
  { width, height }: { width: number; height: number } = CLIP,
): Promise<void> {
  using yuv = FilterAPI.create('format=yuv420p', { framerate: { num: CLIP.fps, den: 1 } });
  using encoder = await Encoder.create(FF_ENCODER_LIBX264, {
    filter: yuv,
    options: { preset: 'veryfast', crf: 20 },
  });
  await using out = await Muxer.open(path, { format: 'mp4', options: { movflags: '+faststart' } });
  const videoIndex = out.addStream(encoder);
  async function* frames() {
    for (let index = 0; index < seconds * CLIP.fps; index += 1) {
      const rgb = await pictureAt(index / CLIP.fps)
        .raw()
        .toBuffer();
      const timeBase = { num: 1, den: CLIP.fps };
      const planes = [{ rowBytes: width * 3, rows: height }];
      const pts = BigInt(index);
      yield filledFrame({ bytes: rgb, width, height, format: AV_PIX_FMT_RGB24, planes, timeBase, pts });
    }
    yield null;
  }
  const copyPicture = async () => {
    for await (using packet of encoder.packets(yuv.frames(frames())))
      await out.writePacket(packet, videoIndex);
  };
  if (!sound) return await copyPicture();
  await using tone = await Demuxer.open(`sine=frequency=${SOUND_HZ}:duration=${seconds}`, {
    format: 'lavfi',
  });
  const toneStream = tone.audio();
  if (!toneStream) throw new Error('no tone to record');
  using decoder = await Decoder.create(toneStream);
  using aac = await Encoder.create(FF_ENCODER_AAC, { decoder, bitrate: '64k', autoResample: true });
  const soundIndex = out.addStream(aac);
  const copySound = async () => {
    for await (using packet of aac.packets(decoder.frames(tone.packets(toneStream.index))))
      await out.writePacket(packet, soundIndex);
  };
  await Promise.all([copyPicture(), copySound()]);
}

const making = new Map<string, Promise<string>>();

/** Makes the file unless it is there; the folder is named after this file's own text, so that an old drawing is never used. */
function once(name: string, make: (path: string) => Promise<unknown>): Promise<string> {
  const version = createHash('sha256')
    .update(readFileSync(new URL(import.meta.url)))
    .digest('hex')
    .slice(0, 12);
  const folder = join(tmpdir(), `strut-people-${version}`);
  const path = join(folder, name);
  const made = making.get(path) ?? (existsSync(path) ? Promise.resolve(path) : fresh());
  making.set(path, made);
  return made;

  async function fresh(): Promise<string> {
    mkdirSync(folder, { recursive: true });
    const draft = join(folder, `${process.pid}-${name}`);
    await make(draft);
    renameSync(draft, path);
    return path;
  }
}
