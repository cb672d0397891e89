/** Everything that a person is told, in one place: what happened, and what to do next. */
import type { Job, JobIn, QuoteNote, QuoteWarning } from './job.ts';
import { formatUsd, type Micros } from './money.ts';
import type { FailureCode, Refusal } from './refusals.ts';

const size = (bytes: number): string => `${Math.round((bytes / 1_000_000) * 10) / 10} MB`;
const seconds = (value: number): string => `${Math.round(value * 10) / 10} s`;
const dimensions = (width: number, height: number): string => `${width}×${height} pixels`;
const found = (what?: string): string => (what ? ` What you sent is ${what}.` : '');

type Words = { [C in Refusal['code']]: (refusal: Extract<Refusal, { code: C }>) => string };

const REFUSALS = {
  'bad-request': ({ reason }) => `That request can't be read: ${reason}`,
  'missing-image': () => 'The picture is missing. Add a picture of the character that should move.',
  'missing-clip': () =>
    'The clip is missing. Add a short video of the motion that the character should make.',
  'bad-option': ({ option, allowed }) =>
    allowed.length > 0 ? `“${option}” can be: ${allowed.join(', ')}.` : `There is no option “${option}”.`,
  'not-signed-in': () => 'Sign in first: this page is protected by a password.',
  'not-allowed': () => "You aren't allowed to do that here. Ask an admin of this server.",
  blocked: ({ until }) =>
    `You are blocked from animating here${until ? ` until ${new Date(until).toUTCString()}` : ''}. Ask an admin of this server.`,
  'space-not-allowed': () =>
    "This server isn't on the bot's list. Ask the person who runs the bot to add it.",
  'private-not-allowed': ({ memberId }) =>
    `Animating in private is off. Use the bot in a server, or ask the person who runs it to add your id, ${memberId}.`,
  'no-such-job': () => 'There is no such job here. It may have been deleted; look at the list of jobs.',
  'not-cancellable': ({ state }) => `It's too late to cancel: the job is already ${stateWord(state)}.`,
  'already-decided': () => 'Somebody has already decided that.',
  'upload-too-large': ({ what, maxBytes }) =>
    `The ${what} is too large: at most ${size(maxBytes)} can be taken. Send it smaller${what === 'clip' ? ' or shorter' : ''}.`,
  'not-an-image': (r) =>
    `The picture isn't one that I can read.${found(r.found)} Send a JPEG, PNG, WebP, AVIF or GIF.`,
  'not-a-video': (r) =>
    `The clip isn't a video that I can read.${found(r.found)} Send an MP4, MOV, WebM, MKV, AVI or GIF.`,
  'broken-file': ({ what }) =>
    `The ${what === 'image' ? 'picture' : 'clip'} is damaged or incomplete. Export or download it again and send the new file.`,
  'image-too-small': (r) =>
    `The picture is too small: ${dimensions(r.width, r.height)}. Each side needs at least ${r.minSide} pixels.`,
  'image-too-large': (r) =>
    r.by === 'pixels'
      ? `The picture is too large: ${dimensions(r.width, r.height)}, and at most ${Math.round(r.maxPixels / 1e6)} million pixels can be taken. Send it smaller.`
      : `The picture is too large: ${size(r.bytes)}, and at most ${size(r.maxBytes)} can be taken. Send it smaller.`,
  'image-bad-ratio': (r) =>
    `The picture is too narrow or too wide: ${dimensions(r.width, r.height)}. One side may be at most ${r.maxRatio} times the other; crop it.`,
  'clip-too-short': (r) =>
    `The clip is too short: ${seconds(r.seconds)}. It needs at least ${r.minSeconds} s of motion.`,
  'clip-too-long': (r) =>
    `The clip is too long: ${seconds(r.seconds)}, and at most ${r.maxSeconds} s can be used here. ${r.canTrim ? `Turn on trim to keep the first ${r.maxSeconds} s, or send a shorter one.` : 'Send a shorter one.'}`,
  'clip-too-small': (r) =>
    `The clip's picture is too small: ${dimensions(r.width, r.height)}. Each side needs at least ${r.minSide} pixels.`,
  'clip-too-large': (r) =>
    r.by === 'pixels'
      ? `The clip's picture is too large: ${dimensions(r.width, r.height)}, and each side may have at most ${r.maxSide} pixels.`
      : `The clip is too large: ${size(r.bytes)}, and at most ${size(r.maxBytes)} can be taken. Send it smaller or shorter.`,
  'no-picture-in-clip': () => 'The clip has no picture, only sound. Send a video.',
  'over-quota': (r) =>
    `This is over the ${r.limit}. ${leftWords(r)}It resets on ${new Date(r.resetsAt).toUTCString()}.`,
  'slow-down': ({ retryAt }) => `That was a lot at once. Try again after ${new Date(retryAt).toUTCString()}.`,
  'no-provider': ({ why, quality }) =>
    why === 'quality'
      ? `No provider that is on can render quality “${quality}”. Choose another quality.`
      : 'No provider is on. The person who runs the bot must set a provider key.',
  'no-way-to-host-files': () =>
    "The provider can't reach your files. The person who runs the bot must set PUBLIC_URL or FAL_KEY.",
  'provider-down': () =>
    "The provider doesn't answer right now. Nothing was changed; try again in a few minutes.",
  'disk-full': () =>
    "The bot's disk is almost full, so nothing new is taken in. The person who runs it must make room.",
  stopping: () => 'The bot is restarting. Try again in a minute.',
} satisfies Words;

/** A refusal in words that say what to do. */
export function refusalText(refusal: Refusal): string {
  // Each entry takes just its own refusal; the code that picks the entry is what guarantees it gets that one.
  const words = REFUSALS[refusal.code] as (refusal: Refusal) => string;
  return words(refusal);
}

function leftWords({ leftMicros, leftJobs }: { leftMicros?: Micros; leftJobs?: number }): string {
  if (leftMicros !== undefined) return `${formatUsd(leftMicros)} is left. `;
  if (leftJobs !== undefined) return `${leftJobs === 1 ? '1 job is' : `${leftJobs} jobs are`} left. `;
  return '';
}

const FAILURES = {
  'no-person-in-image':
    "I can't see a person or character in the picture. Use one that shows the upper or whole body, head included, with nothing in front.",
  'no-person-in-clip':
    "I can't see a person in the clip. Use one continuous shot of one person, upper or whole body, head included.",
  'content-refused': "The provider's content rules refuse this picture, clip or prompt. Try others.",
  'image-rejected':
    "The provider couldn't use the picture. Try a clearer one, with the whole upper body in view.",
  'clip-rejected': "The provider couldn't use the clip. Try one continuous shot of one person, without cuts.",
  'provider-busy': 'The provider is too busy right now. Try again in a few minutes.',
  'provider-out-of-balance':
    "The bot's account with the provider is out of balance. The person who runs the bot must top it up.",
  'provider-down':
    'The renderer had trouble that has nothing to do with your files. Try again in a few minutes.',
  'result-lost':
    'The video was made, but could not be fetched from the provider any more. The person who runs the bot can ask the provider for it.',
  'timed-out': 'The provider did not finish in time. Try again, or use a shorter clip.',
  'unknown-fate':
    'The provider never answered whether it took the job. It was not sent again, so that nothing is paid twice.',
} satisfies Record<FailureCode, string>;

/** Why a job failed. */
export const failureReason = (failure: FailureCode): string => FAILURES[failure];

/** The same, with what it cost: the truth, even when it is unpleasant. */
export function failureText({ failure, costMicros, unsettledMicros }: Ended): string {
  return `${failureReason(failure)} ${costText(costMicros, unsettledMicros)}`;
}

type Ended = Pick<JobIn<'failed'>, 'failure' | 'costMicros' | 'unsettledMicros'>;

function costText(costMicros: Micros, unsettledMicros: Micros | undefined): string {
  if (costMicros > 0) return `The provider billed ${formatUsd(costMicros)}.`;
  if (unsettledMicros) {
    return `Whether the provider bills it can't be known; it would be about ${formatUsd(unsettledMicros)}. It doesn't count against your limits.`;
  }
  return 'It cost nothing.';
}

const NOTES = {
  'orientation-from-camera': "The clip's camera moves, so the character keeps the picture's orientation.",
  'negative-prompt-ignored': "This provider doesn't take a negative prompt; yours is left out.",
  'price-from-table': "The provider's price list can't be read right now; this is the last price known.",
  'price-is-approximate':
    'The provider names its exact price only afterwards; this is about what it will be.',
  trimmed: 'The clip is longer than can be used; only its beginning is kept.',
  draft: 'A rough draft made on this machine: free, to see whether picture and clip fit.',
} satisfies Record<QuoteNote, string>;

const WARNINGS = {
  'no-person-in-image': "I can't see a person in this picture; the model will probably refuse it.",
  'no-person-in-clip': "I can't see a person in this clip; the model will probably refuse it.",
} satisfies Record<QuoteWarning, string>;

export const noteText = (note: QuoteNote): string => NOTES[note];
export const warningText = (warning: QuoteWarning): string => WARNINGS[warning];

/** `free` for a draft, else the price. */
export const priceText = (micros: Micros): string => (micros === 0 ? 'free' : formatUsd(micros));

const STATES: Record<Job['state'], string> = {
  created: 'being prepared',
  submitting: 'being sent',
  unknown: 'of unknown fate',
  queued: 'queued',
  running: 'running',
  completed: 'finished',
  delivered: 'delivered',
  failed: 'failed',
  cancelled: 'cancelled',
};
const stateWord = (state: string): string => (state in STATES ? STATES[state as Job['state']] : state);

/** One sentence on how a job stands. */
export function jobText(job: Job): string {
  switch (job.state) {
    case 'created':
      return 'Preparing your files…';
    case 'submitting':
      return 'Sending it to the provider…';
    case 'unknown':
      return "The provider didn't answer when the job was sent. It may still be rendering, so it is not sent again; the price stays reserved until that is known.";
    case 'queued':
      return job.cancelAskedAt
        ? 'Asked the provider to cancel…'
        : job.position
          ? `Waiting in line, place ${job.position}.`
          : 'Waiting in line.';
    case 'running':
      if (job.phase.kind === 'fetching') return 'The video is ready; bringing it here…';
      return job.cancelAskedAt
        ? 'Asked the provider to cancel; it may still finish and be billed.'
        : 'Rendering…';
    case 'completed':
      return 'The video is here; delivering it…';
    case 'delivered':
      return `Done. ${job.costMicros === 0 ? 'It was free.' : `It cost ${formatUsd(job.costMicros)}.`}`;
    case 'failed':
      return failureText(job);
    case 'cancelled':
      return job.costMicros > 0
        ? `Cancelled. The provider billed ${formatUsd(job.costMicros)} before it stopped.`
        : 'Cancelled. It cost nothing.';
  }
}
