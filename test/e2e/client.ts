/** The page's API as a script uses it. */
import { openAsBlob } from 'node:fs';
import type { JobView } from '../../src/http/page/contract.ts';

export type JobForm = { image: string; clip: string; fields?: Record<string, string>; key?: string };

async function send(url: string, { image, clip, fields = {}, key }: JobForm): Promise<Response> {
  const form = new FormData();
  form.append('image', await openAsBlob(image));
  form.append('clip', await openAsBlob(clip));
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return fetch(url, { method: 'POST', body: form, headers: key ? { 'idempotency-key': key } : {} });
}

export const askQuote = (url: string, asked: JobForm) => send(`${url}/api/quote`, asked);

/** Makes a job, or throws with what the server said. */
/** The answer as it comes, whatever it is. */
export const sendJob = (url: string, asked: JobForm): Promise<Response> =>
  send(`${url}/api/jobs`, { ...asked, fields: { consent: 'self', ...asked.fields } });

export async function makeJob(url: string, asked: JobForm): Promise<JobView> {
  const answer = await sendJob(url, asked);
  if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as JobView;
}

export const readJob = async (url: string, id: string): Promise<JobView> =>
  (await (await fetch(`${url}/api/jobs/${id}`)).json()) as JobView;

/** Follows a job's events until one satisfies `wanted`. Throws when the stream ends before. */
export async function jobUntil(url: string, id: string, wanted: (job: JobView) => boolean): Promise<JobView> {
  const answer = await fetch(`${url}/api/jobs/${id}/events`);
  if (!answer.body) throw new Error(`no events: ${answer.status}`);
  let text = '';
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.startsWith('data: ')) continue;
      const job = JSON.parse(line.slice(6)) as JobView;
      if (wanted(job)) return job;
    }
  }
  throw new Error('the job ended otherwise');
}

const ENDS: readonly string[] = ['delivered', 'failed', 'cancelled'];
export const jobEnd = (url: string, id: string) => jobUntil(url, id, ({ state }) => ENDS.includes(state));
