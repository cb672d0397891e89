/** Everything about a job that its member may want to know: the Details button, and a job's line in a list. */
import type { Attempt, Job } from '../core/job/job.ts';
import { modelOfJob } from '../core/models/registry.ts';
import { filesLine, modelName, providerName, qualityName, SEPARATOR } from './facts.ts';
import type { Words } from './index.ts';
import { stateWord } from './jobs.ts';

type Label =
  | 'code'
  | 'state'
  | 'provider'
  | 'model'
  | 'quality'
  | 'orientation'
  | 'scene'
  | 'speed'
  | 'sound'
  | 'prompt'
  | 'negative-prompt'
  | 'seconds'
  | 'video'
  | 'asked'
  | 'started'
  | 'finished'
  | 'quote'
  | 'cost'
  | 'tried';

/** One fact a line, those alone that are known. Times are in the zone given, else UTC. */
export function detailsLines(words: Words, job: Job, timeZone?: string): string[] {
  const { t, price, seconds, dimensions, list } = words;
  const { request, quote, attempts } = job;
  const at = (ms: number | undefined) => (ms === undefined ? undefined : words.date(ms, timeZone));
  const facts: [Label, string | undefined][] = [
    ['code', job.code],
    ['state', stateWord(words, job.hidden ? 'hidden' : job.state)],
    ['provider', providerName(words, ('provider' in job ? job.provider : undefined) ?? quote.provider)],
    ['model', modelName(words, modelOfJob(job))],
    ['quality', qualityName(words, request.quality)],
    ['orientation', t(`choice.orientation.${request.orientation}`)],
    ['scene', request.scene && t(`choice.scene.${request.scene}`)],
    ['speed', request.speed && t(`choice.speed.${request.speed}`)],
    ['sound', t(request.sound ? 'details.sound-on' : 'details.sound-off')],
    ['prompt', request.prompt],
    ['negative-prompt', request.negativePrompt],
    ['seconds', seconds(request.clipSeconds)],
    ['video', 'video' in job ? dimensions(job.video.width, job.video.height) : undefined],
    ['asked', at(job.createdAt)],
    ['started', at('submittedAt' in job ? job.submittedAt : undefined)],
    ['finished', at(endOf(job))],
    ['quote', price(quote.micros)],
    ['cost', 'costMicros' in job ? price(job.costMicros) : undefined],
    ['tried', attempts.length > 0 ? list(attempts.map((attempt) => attemptText(words, attempt))) : undefined],
  ];
  return facts.flatMap(([label, value]) =>
    value ? [t('details.line', { label: t(`details.${label}`), value })] : [],
  );
}

/** A job in a list: its code, how it stands, its files, and what it cost or will. */
export function jobLine(words: Words, job: Job): string {
  const facts = [job.code, stateWord(words, job.hidden ? 'hidden' : job.state), filesLine(words, job.inputs)];
  const quoted = job.state === 'asking' ? job.instead.micros : job.quote.micros;
  const micros = 'costMicros' in job ? job.costMicros : quoted;
  // "Free" beside "failed" would read as praise.
  const cameToNothing = micros === 0 && (job.state === 'failed' || job.state === 'cancelled');
  return [...facts, ...(cameToNothing ? [] : [words.price(micros)])].join(SEPARATOR);
}

const attemptText = (words: Words, { provider, outcome }: Attempt): string =>
  words.t(`details.attempt-${outcome}`, { provider: providerName(words, provider) });

function endOf(job: Job): number | undefined {
  if ('completedAt' in job) return job.completedAt;
  return 'endedAt' in job ? job.endedAt : undefined;
}
