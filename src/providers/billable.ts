/** Makes the one billable call per job, and reads whether its answer can be trusted. */
import type { Log, SubmitOutcome } from '../core/ports.ts';
import { type ApiAnswer, type ApiCall, type Http, NoClearAnswer, NothingSent } from './http.ts';

/** Longer than a provider takes to put a job in its queue; RunComfy's own client waits as long (2026-11-21). */
const TIMEOUT_MS = 90_000;

/**
 * Sends it once. `judge` reads an answer that is a success or the provider's own no (2xx, 4xx); what it throws means
 * that the job may exist, as do a 5xx, a redirect, a time-out and a cut connection.
 */
export async function postOnce(
  http: Http,
  call: ApiCall,
  judge: (answer: ApiAnswer) => SubmitOutcome,
  log: Log,
): Promise<SubmitOutcome> {
  try {
    const answer = await http.callOnce({ timeoutMs: TIMEOUT_MS, ...call });
    if (answer.status >= 500 || (answer.status >= 300 && answer.status < 400)) {
      throw new NoClearAnswer(`a submit was answered with status ${answer.status}`);
    }
    return judge(answer);
  } catch (error) {
    if (error instanceof NothingSent) {
      log.warn({ err: error }, 'a job could not be sent');
      return { kind: 'not-sent' };
    }
    if (!(error instanceof NoClearAnswer)) throw error;
    log.warn({ err: error }, 'a job was sent and its answer is missing: its fate is unknown');
    return { kind: 'unknown' };
  }
}
