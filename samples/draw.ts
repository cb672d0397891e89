/**
 * Draws the samples that a first video is made of: two characters and three motions, all lines and colours of our own. Run
 * `npx node samples/draw.ts` after a change here; what it writes lies beside it.
 */
import { join } from 'node:path';
import { film, flat } from '../test/people.ts';

type Point = readonly [x: number, y: number];
/** Angles in degrees from hanging straight down, positive outwards; lengths in the space of the drawing, 200 by 300. */
type Pose = {
  leftArm: readonly [upper: number, lower: number];
  rightArm: readonly [upper: number, lower: number];
  /** How far the hips go down, and each foot sideways from below the hip. */
  drop?: number;
  feet?: readonly [left: number, right: number];
  shift?: number;
  tilt?: number;
};
type Look = {
  skin: string;
  hair: string;
  top: string;
  accent: string;
  legs: string;
  shoes: string;
  wears: 'hoodie' | 'shirt';
  hairstyle: 'bob' | 'short';
  /** On the ground. What is to be cut out of its picture has none, or it would stay behind there. */
  shadow?: true;
  scene: string;
};

const HERE = import.meta.dirname;
/** The least that every model takes: a draft of it is there soonest. */
const SECONDS = 3;

const round = (value: number): number => Math.round(value * 100) / 100;
const mixed = (colour: string, share: number): string =>
  `#${[1, 3, 5]
    .map((at) => Math.round(Number.parseInt(colour.slice(at, at + 2), 16) * share))
    .map((part) => Math.min(255, part).toString(16).padStart(2, '0'))
    .join('')}`;

/** A limb that grows thinner, with rounded ends and a darker side. */
function limb([x1, y1]: Point, [x2, y2]: Point, from: number, to: number, colour: string): string {
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [nx, ny] = [-(y2 - y1) / length, (x2 - x1) / length];
  const at = (x: number, y: number, wide: number): string =>
    `${round(x + nx * wide)} ${round(y + ny * wide)}`;
  const outline = `M${at(x1, y1, from)}L${at(x2, y2, to)}A${to} ${to} 0 0 0 ${at(x2, y2, -to)}L${at(x1, y1, -from)}A${from} ${from} 0 0 0 ${at(x1, y1, from)}Z`;
  const shadow = `M${at(x1, y1, from)}L${at(x2, y2, to)}L${at(x2, y2, to * 0.25)}L${at(x1, y1, from * 0.25)}Z`;
  return `<path d="${outline}" fill="${colour}" stroke="${mixed(colour, 0.62)}" stroke-width="1"/><path d="${shadow}" fill="${mixed(colour, 0.86)}"/>`;
}

const reach = ([x, y]: Point, degrees: number, length: number, side: number): Point => [
  x + side * Math.sin((degrees * Math.PI) / 180) * length,
  y + Math.cos((degrees * Math.PI) / 180) * length,
];

function figure(pose: Pose, look: Look): string {
  const { drop = 0, feet = [0, 0], shift = 0, tilt = 0 } = pose;
  const x = 100 + shift;
  const hip = 158 + drop;
  const lean = tilt * 0.5;
  const shoulder: Point = [x + lean, 92 + drop];
  const [neckX, neckY] = shoulder;
  const headX = neckX + tilt * 0.35;
  const headY = neckY - 31;
  const arm = (side: number, [upper, lower]: readonly [number, number]): string => {
    const from: Point = [neckX + side * 21, neckY + 5];
    const elbow = reach(from, upper, 33, side);
    const wrist = reach(elbow, upper + lower, 29, side);
    const hand = reach(wrist, upper + lower, 6, side);
    const thumb = reach(wrist, upper + lower - 50, 5, side);
    const cuff = reach(from, upper, 14, side);
    return (
      limb(elbow, wrist, 4.8, 3.5, look.wears === 'hoodie' ? look.top : look.skin) +
      limb(wrist, hand, 3.9, 4.4, look.skin) +
      limb(wrist, thumb, 2, 1.6, look.skin) +
      limb(from, elbow, 6.8, 5, look.wears === 'shirt' ? look.skin : look.top) +
      (look.wears === 'hoodie' ? '' : limb(from, cuff, 7.6, 7, look.top))
    );
  };
  const leg = (side: number, out: number): string => {
    const from: Point = [x + side * 10, hip];
    const ankle: Point = [100 + shift * 0.3 + side * (13 + out), 256 - Math.max(0, out) * 0.12];
    const bend =
      Math.sqrt(Math.max(0, 51 ** 2 - (Math.hypot(ankle[0] - from[0], ankle[1] - from[1]) / 2) ** 2)) * 0.7;
    const knee: Point = [(from[0] + ankle[0]) / 2 + side * bend, (from[1] + ankle[1]) / 2];
    const toe: Point = [ankle[0] + side * 7, ankle[1] + 7];
    return (
      limb(knee, ankle, 6.4, 4.6, look.legs) +
      limb(from, knee, 8.8, 6.4, look.legs) +
      limb([ankle[0] - side, ankle[1] + 5], toe, 4.6, 3.6, look.shoes)
    );
  };
  const body = {
    shirt: `M${neckX - 26} ${neckY + 4}q6 -9 17 -10q9 6 18 0q11 1 17 10l-7 36l${x - neckX + 2} ${hip - neckY - 34}q-21 5 -42 0l${neckX - x + 2} -${hip - neckY - 34}z`,
    hoodie: `M${neckX - 27} ${neckY + 5}q6 -11 18 -11h18q12 0 18 11l-5 38l${x - neckX} ${hip - neckY - 30}q-22 5 -44 0l${neckX - x} -${hip - neckY - 30}z`,
  }[look.wears];
  const trim = {
    shirt: `<path d="M${neckX - 9} ${neckY - 6}l9 12l9 -12" fill="${look.accent}" stroke="${mixed(look.accent, 0.7)}"/>
      ${[22, 34, 46].map((y) => `<circle cx="${neckX + ((x - neckX) * y) / 66}" cy="${neckY + y}" r="1.4" fill="${look.accent}"/>`).join('')}`,
    hoodie: `<path d="M${neckX - 17} ${neckY - 4}q17 16 34 0q-3 13 -17 14q-14 -1 -17 -14z" fill="${mixed(look.top, 0.8)}"/>
      <path d="M${x - 13} ${hip - 24}h26l4 14h-34z" fill="${mixed(look.top, 0.85)}"/>
      <path d="M${neckX - 4} ${neckY + 8}v15M${neckX + 4} ${neckY + 8}v15" stroke="${look.accent}" stroke-width="1.6"/>`,
  }[look.wears];
  const behind = {
    bob: `<path d="M${headX - 18.5} ${headY + 13}q-4 -33 18.5 -34q22.5 1 18.5 34q-18 7 -37 0z" fill="${mixed(look.hair, 0.85)}"/>`,
    short: '',
  }[look.hairstyle];
  const fringe = {
    bob: `M${headX - 16} ${headY + 3}q-1 -22 16 -22q17 0 16 22q-4 -13 -12 -14q-12 -1 -20 14z`,
    short: `M${headX - 16} ${headY}q-2 -21 16 -21q18 0 16 21q-2 -11 -8 -12q-9 -3 -17 1q-6 2 -7 11z`,
  }[look.hairstyle];
  const eyes = [-1, 1]
    .map(
      (
        side,
      ) => `<ellipse cx="${headX + side * 15}" cy="${headY + 3}" rx="2.6" ry="4.2" fill="${mixed(look.skin, 0.86)}"/>
      <ellipse cx="${headX + side * 5.8}" cy="${headY}" rx="3.3" ry="2.5" fill="#fff"/>
      <circle cx="${headX + side * 5.8}" cy="${headY}" r="1.8" fill="#2a1a12"/><circle cx="${headX + side * 5.8 + 0.6}" cy="${headY - 0.6}" r="0.6" fill="#fff"/>
      <path d="M${headX + side * 2.8} ${headY - 5.6}q${side * 3.4} -2 ${side * 6.4} 0" stroke="${mixed(look.hair, 0.8)}" stroke-width="1.5" fill="none"/>
      <circle cx="${headX + side * 8.4}" cy="${headY + 7}" r="2.6" fill="#e0605a" opacity="0.22"/>`,
    )
    .join('');
  return (
    (look.shadow
      ? `<ellipse cx="${100 + shift * 0.5}" cy="267" rx="42" ry="5" fill="#000" opacity="0.16"/>`
      : '') +
    behind +
    leg(-1, feet[1]) +
    leg(1, feet[0]) +
    `<path d="M${x - 19} ${hip - 10}h38l1 10q-20 12 -40 0z" fill="${look.legs}" stroke="${mixed(look.legs, 0.7)}"/>` +
    limb([headX, headY + 12], [neckX, neckY], 5, 6, mixed(look.skin, 0.92)) +
    `<path d="${body}" fill="${look.top}" stroke="${mixed(look.top, 0.62)}" stroke-width="1"/>${trim}` +
    `<ellipse cx="${headX}" cy="${headY + 1}" rx="15" ry="18" fill="${look.skin}" stroke="${mixed(look.skin, 0.7)}" stroke-width="0.8"/>` +
    `<path d="${fringe}" fill="${look.hair}"/>` +
    eyes +
    `<path d="M${headX} ${headY + 1}q-2 5 -1.4 6.4h2" stroke="${mixed(look.skin, 0.7)}" stroke-width="1.1" fill="none"/>
     <path d="M${headX - 5.5} ${headY + 10}q5.5 5 11 0q-5.5 1.4 -11 0z" fill="#9c3038" stroke="#9c3038" stroke-width="1.1"/>` +
    // The picture shows the person's left side on the right.
    arm(-1, pose.rightArm) +
    arm(1, pose.leftArm)
  );
}

const SCENES = {
  park: `<defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="#9fd3f2"/><stop offset="1" stop-color="#e4f3fb"/></linearGradient></defs>
    <rect x="-60" width="320" height="300" fill="url(#s)"/><circle cx="34" cy="42" r="15" fill="#fff4c9"/>
    <path d="M-60 206q70 -44 150 -14t170 -20v70h-320z" fill="#8cc088"/><rect x="-60" y="228" width="320" height="80" fill="#73ad6c"/>
    <g fill="#5c9a63"><circle cx="-8" cy="168" r="26"/><circle cx="206" cy="160" r="30"/></g><rect x="-11" y="188" width="6" height="42" fill="#7b5a3c"/><rect x="203" y="186" width="7" height="46" fill="#7b5a3c"/>`,
  studio: `<rect x="-60" width="320" height="300" fill="#ece6f5"/><rect x="-60" y="232" width="320" height="70" fill="#cfc3e2"/>
    <circle cx="100" cy="120" r="104" fill="#f6f2fb"/>`,
  room: `<rect x="-60" width="320" height="300" fill="#e9e2d6"/><rect x="-60" y="240" width="320" height="62" fill="#bda384"/>
    <rect x="150" y="40" width="64" height="92" rx="3" fill="#c9dfec" stroke="#fff" stroke-width="5"/><path d="M182 40v92M150 86h64" stroke="#fff" stroke-width="3"/>
    <rect x="-14" y="180" width="30" height="62" fill="#a86f4b"/><circle cx="1" cy="160" r="24" fill="#7fae7c"/>`,
};

const MIA: Look = {
  skin: '#f0c3a0',
  hair: '#8a3f22',
  top: '#d94f70',
  accent: '#ffe08a',
  legs: '#3b4a7a',
  shoes: '#3c2b52',
  wears: 'shirt',
  hairstyle: 'bob',
  scene: SCENES.park,
};
const LEO: Look = {
  skin: '#b57a50',
  hair: '#231a17',
  top: '#2f6fb3',
  accent: '#f2f2f2',
  legs: '#394257',
  shoes: '#e8e8ee',
  wears: 'hoodie',
  hairstyle: 'short',
  scene: SCENES.studio,
};
/** Whoever shows the motions is neither of them: that it is another's motion is what is to be seen. */
const MOVER: Look = {
  skin: '#dca878',
  hair: '#3d2b1f',
  top: '#3a8a6b',
  accent: '#ffffff',
  legs: '#4b4056',
  shoes: '#2a2a2f',
  wears: 'shirt',
  hairstyle: 'short',
  shadow: true,
  scene: SCENES.room,
};

const CHARACTERS = { mia: MIA, leo: LEO };
const STANDING: Pose = { leftArm: [20, 8], rightArm: [20, 8] };

const wave = (t: number, turns: number): number => Math.sin((t / SECONDS) * Math.PI * 2 * turns);
/** From 0 to 1 and back, so many times. */
const pulse = (t: number, times: number): number => (1 - Math.cos((t / SECONDS) * Math.PI * 2 * times)) / 2;
/** Soft at both ends of the clip. */
const within = (t: number): number => Math.min(1, t / 0.5, (SECONDS - t) / 0.5);

const MOTIONS: Record<string, (t: number) => Pose> = {
  hello: (t) => ({
    leftArm: [20 + 6 * wave(t, 2), 10],
    rightArm: [20 + 112 * within(t), 10 + within(t) * (38 + 24 * wave(t, 7))],
    shift: 3 * wave(t, 1),
    tilt: 6 * wave(t, 2),
  }),
  jacks: (t) => {
    const out = pulse(t, 3);
    return {
      leftArm: [20 + out * 118, 8 + out * 22],
      rightArm: [20 + out * 118, 8 + out * 22],
      drop: 2 + 5 * pulse(t, 6),
      feet: [out * 24, out * 24],
    };
  },
  dance: (t) => {
    const left = Math.max(0, wave(t, 2));
    const right = Math.max(0, -wave(t, 2));
    return {
      leftArm: [38 + left * 92, 30 + left * 24],
      rightArm: [38 + right * 92, 30 + right * 24],
      drop: 4 + 9 * pulse(t, 4),
      feet: [6, 6],
      shift: 12 * wave(t, 2),
      tilt: 10 * wave(t, 2),
    };
  },
};

const picture = (width: number, height: number, pose: Pose, look: Look) =>
  flat(width, height, look.scene + figure(pose, look));

for (const [name, look] of Object.entries(CHARACTERS))
  await picture(720, 1080, STANDING, look)
    .jpeg({ quality: 88, mozjpeg: true })
    .toFile(join(HERE, `${name}.jpg`));
for (const [name, poseAt] of Object.entries(MOTIONS))
  await film(join(HERE, `${name}.mp4`), SECONDS, false, (t) => picture(360, 640, poseAt(t), MOVER));
