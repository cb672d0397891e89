/** What only the operator can put right at RunPod, read off any answer (docs.runpod.io and field reports, 2026-11-21). */
import type { ProviderTrouble } from '../../core/ports.ts';
import { fromUpstream } from '../failures.ts';
import type { ApiAnswer } from '../http.ts';
import { type No, noOf } from '../queue-api.ts';
import { noSuchJob, OFFERS } from './wire.ts';

/** Undefined for every answer that is not about our account or the endpoint as a whole. */
export function troubleIn(answer: ApiAnswer): ProviderTrouble | undefined {
  switch (answer.status) {
    case 401:
    case 403:
      return { kind: 'bad-key', message: `RunPod refuses RUNPOD_API_KEY (${answer.status}).` };
    case 402:
      return {
        kind: 'out-of-balance',
        message: 'The RunPod account is out of balance (402); top it up in its console.',
      };
    case 404:
      if (noSuchJob.safeParse(answer.json).success) return undefined;
      return endpointGone;
    default:
      return undefined;
  }
}

const endpointGone: ProviderTrouble = {
  kind: 'endpoint-gone',
  message: `RunPod has the endpoint ${OFFERS[0].endpoint} no more (404).`,
};

/** A no to the call that would have started a job. */
export const refusalOf = (answer: ApiAnswer): No =>
  noOf(answer, {
    trouble: answer.status === 404 ? endpointGone : troubleIn(answer),
    gone: false,
    about: () => fromUpstream(answer.json ?? ''),
  });
