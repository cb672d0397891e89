/** What Runware finds wrong, in its codes, and what its models take. */
import type { Fault } from './sim-jobs.ts';

export type RunwareFailure = { code: string; message: string; parameter?: string | string[] };
export type RunwareTask = Record<string, unknown>;

const isTask = (value: unknown): value is RunwareTask =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Dollars for a second of the video, by resolution, or by the model alone. */
const P_VIDEO = { '720p': 0.03, '1080p': 0.06 };
const MODELS: Record<string, { usd: Record<string, number>; inputs: Record<string, [number, number]> }> = {
  'prunaai:p-video@animate': {
    usd: P_VIDEO,
    inputs: { referenceImages: [1, 1], referenceVideos: [1, 1] },
  },
  'prunaai:p-video@replace': { usd: P_VIDEO, inputs: { referenceImages: [1, 3], video: [1, 1] } },
  ...Object.fromEntries(
    Object.entries({ '2.6-standard': 0.07, '2.6-pro': 0.112, '3-standard': 0.126, '3-pro': 0.168 }).map(
      ([name, usd]) => [
        `klingai:kling-video@${name}`,
        { usd: { '': usd }, inputs: { referenceImages: [1, 1], referenceVideos: [1, 1] } },
      ],
    ),
  ),
};

const COMMON = [
  'taskType',
  'taskUUID',
  'model',
  'inputs',
  'positivePrompt',
  'deliveryMethod',
  'includeCost',
  'webhookURL',
  'outputType',
  'outputFormat',
  'uploadEndpoint',
];
const OWN = { p: ['resolution', 'settings', 'seed', 'fps'], kling: ['providerSettings', 'negativePrompt'] };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export type RunwareRequest = {
  id: string;
  image: unknown;
  clip: unknown;
  orientation: unknown;
  perSecond: number;
};

/** The task as it is understood, or what is wrong with it. */
export function requestIn(task: RunwareTask): RunwareRequest | RunwareFailure {
  const wrong = (code: string, parameter: string): RunwareFailure => ({
    code,
    message: `${parameter} of the task is not what it must be`,
    parameter,
  });
  const { taskUUID, model, inputs, deliveryMethod, positivePrompt: prompt } = task;
  if (typeof taskUUID !== 'string' || !UUID.test(taskUUID)) return wrong('invalidTaskUUID', 'taskUUID');
  const known = MODELS[String(model)];
  if (!known) return wrong('invalidModel', 'model');
  const isKling = String(model).startsWith('klingai:');
  const extra = Object.keys(task).find(
    (name) => ![...COMMON, ...OWN[isKling ? 'kling' : 'p']].includes(name),
  );
  if (extra) return wrong('unsupportedParameter', extra);
  if (deliveryMethod !== 'async') return wrong('unsupportedDeliveryMethod', 'deliveryMethod');
  if (!isTask(inputs)) return wrong('missingInputs', 'inputs');
  for (const [name, [least, most]] of Object.entries(known.inputs)) {
    const given = Array.isArray(inputs[name])
      ? inputs[name]
      : inputs[name] === undefined
        ? []
        : [inputs[name]];
    const isList = name !== 'video';
    if (given.length < least || given.length > most || Array.isArray(inputs[name]) !== isList)
      return wrong(given.length < least ? 'missingInput' : 'invalidInput', `inputs.${name}`);
  }
  const other = Object.keys(inputs).find((name) => !(name in known.inputs));
  if (other) return wrong('unsupportedParameter', `inputs.${other}`);
  if (prompt !== undefined && (typeof prompt !== 'string' || prompt.length < 2 || prompt.length > 2500))
    return wrong('invalidPositivePromptLength', 'positivePrompt');
  const files = {
    image: [inputs.referenceImages].flat()[0],
    clip: [inputs.referenceVideos ?? inputs.video].flat()[0],
  };
  if (!isKling) {
    const { resolution = '720p' } = task;
    const perSecond = known.usd[String(resolution)];
    if (perSecond === undefined) return wrong('unsupportedResolution', 'resolution');
    return { id: taskUUID, ...files, orientation: 'video', perSecond };
  }
  const { klingai } = isTask(task.providerSettings) ? task.providerSettings : {};
  if (!isTask(klingai)) return wrong('missingProviderSettings', 'providerSettings.klingai');
  const { characterOrientation: orientation, keepOriginalSound: sound } = klingai;
  if (orientation !== 'image' && orientation !== 'video')
    return wrong('invalidCharacterOrientation', 'providerSettings.klingai.characterOrientation');
  if (typeof sound !== 'boolean')
    return wrong('invalidKeepOriginalSound', 'providerSettings.klingai.keepOriginalSound');
  return { id: taskUUID, ...files, orientation, perSecond: known.usd[''] ?? 0 };
}

/** A file that a model does not take; one that can't be fetched is another matter. */
export function word(about: 'image' | 'clip', fault: Fault): RunwareFailure {
  const parameter = about === 'image' ? 'inputs.referenceImages' : 'inputs.referenceVideos';
  if (fault === 'not-fetched') return { code: 'downloadFailed', message: 'Failed to download', parameter };
  const what = about === 'image' ? 'Image' : 'Video';
  return { code: `invalid${what}`, message: `The ${what.toLowerCase()} is ${fault}`, parameter };
}
