/** What Kling finds wrong, in its words and codes. */
import type { Reply } from './provider-sim.ts';
import type { Fault } from './sim-jobs.ts';

/** A task that fails says why in words alone. */
export type KlingFailure = { message: string };

const STATUS: Record<number, number> = {
  1000: 401,
  1001: 401,
  1002: 401,
  1100: 429,
  1101: 429,
  1102: 429,
  1103: 403,
  1200: 400,
  1201: 400,
  1202: 404,
  1203: 404,
  1300: 400,
  1301: 400,
  1302: 429,
  1303: 429,
  1304: 429,
  5000: 500,
  5001: 503,
  5002: 504,
};

/** `inside200`: some of its gateways answer 200 and say what is wrong only in the code. */
export const errorOf = (code: number, message: string, inside200 = false): Reply => ({
  status: inside200 ? 200 : (STATUS[code] ?? 400),
  json: { code, message, request_id: 'sim-request' },
});

const CONTENT = { prompt: 'text', image: 'url', video: 'url', element: 'element_id' } as const;
const SETTINGS: Record<string, readonly unknown[]> = {
  character_orientation: ['image', 'video'],
  audio: ['original', 'off'],
  resolution: ['720p', '1080p'],
};
const OPTIONS = ['callback_url', 'external_task_id', 'watermark_info'];

type Part = Record<string, unknown>;
const isPart = (value: unknown): value is Part =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

export type KlingBody = {
  contents: Part[];
  settings: Part;
  options: Part;
  image: unknown;
  video: unknown;
};

/** The request as it is understood, or what is wrong with it. */
export function bodyIn(json: unknown, model: string): KlingBody | string {
  if (!isPart(json)) return 'request body is invalid';
  const { contents, settings, options = {}, ...rest } = json;
  const [extra] = Object.keys(rest);
  if (extra) return `unknown field ${extra}`;
  if (!Array.isArray(contents) || !contents.every(isPart)) return 'contents is invalid';
  if (!isPart(settings) || !isPart(options)) return 'settings is invalid';
  for (const part of contents) {
    const field = CONTENT[part.type as keyof typeof CONTENT];
    if (!field || part[field] === undefined) return `content of type ${String(part.type)} is invalid`;
    if (part.type === 'element' && model === 'kling-2.6') return 'element is not supported';
    if (part.type === 'prompt' && String(part.text).length > 2500) return 'prompt is too long';
  }
  const urlOf = (type: string) => contents.find((part) => part.type === type)?.url;
  const [image, video] = [urlOf('image'), urlOf('video')];
  if (typeof image !== 'string') return 'image is required';
  if (typeof video !== 'string' || !/^https?:/.test(video)) return 'video url is invalid';
  for (const [name, value] of Object.entries(settings)) {
    if (!SETTINGS[name]?.includes(value)) return `${name} is invalid`;
  }
  if (settings.character_orientation === undefined) return 'character_orientation is required';
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name));
  return unknown ? `unknown field ${unknown}` : { contents, settings, options, image, video };
}

export function word(about: 'image' | 'clip', fault: Fault): KlingFailure {
  const what = about === 'image' ? 'image' : 'video';
  const words = {
    'not-fetched': `Failed to download the ${what}`,
    'not-read': `The ${what} format is invalid`,
    'too-small': `The ${what} is too small`,
    'too-large': `The ${what} is too large`,
    'too-heavy': `The ${what} is too large`,
    'too-long': `The ${what} duration is too long`,
    'too-short': `The ${what} duration is too short`,
  };
  return { message: words[fault] };
}
