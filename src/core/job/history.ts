/** How long renders usually take, learnt from our own: for the ETA that members see and for polling at the right time. */

import { openLessons } from '../lessons.ts';
import { DEFAULT_MODEL, DRAFT, modelOf } from '../models/registry.ts';
import type { KeyValueStore } from '../ports.ts';
import type { Sharing } from '../sharing.ts';
import type { RenderRequest } from './job.ts';

export type History = {
  /** The usual time from submit to finish, once at least one is known. */
  usualMs(provider: string, request: RenderRequest): number | undefined;
  learn(provider: string, request: RenderRequest, tookMs: number): Promise<void>;
};

/** Renders of a like length take a like time; so few are needed because providers' speed drifts. */
const KEPT = 25;

function bucketOf(provider: string, request: RenderRequest): string {
  const { quality, clipSeconds } = request;
  const { id } = modelOf(request);
  // What was learnt before there were several models was of these two.
  const model = id === DEFAULT_MODEL.id || id === DRAFT ? '' : `${id}:`;
  const lane = request.speed === 'relaxed' ? 'relaxed:' : '';
  return `${provider}:${model}${lane}${quality}:${clipSeconds <= 5 ? 5 : clipSeconds <= 10 ? 10 : clipSeconds <= 20 ? 20 : 30}`;
}

export async function createHistory(kv: KeyValueStore, sharing?: Sharing): Promise<History> {
  const times = await openLessons<number>(kv, 'history', KEPT, sharing);
  return {
    usualMs: (provider, request) => median(times.of(bucketOf(provider, request))),
    learn: (provider, request, tookMs) => times.add(bucketOf(provider, request), Math.round(tookMs)),
  };
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
