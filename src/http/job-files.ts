/** The video and the picture of a job, for the page and for scripts. */
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, Hono } from 'hono';
import type { Core } from '../core/command.ts';
import { type Job, PAGE, type StoredFile } from '../core/job/job.ts';
import type { Files } from '../core/ports.ts';
import type { Outcome } from '../core/refusals.ts';
import { problem } from './problem.ts';

type JobFileParts = { core: Pick<Core, 'handOut' | 'takedown'>; files: Files };

/** `mine`: the job that a request names, where whoever asks may have it. */
export function jobFileRoutes(
  { core, files }: JobFileParts,
  mine: (c: Context) => Promise<Outcome<Job>>,
): Hono {
  const app = new Hono();

  app.get('/jobs/:id/video', async (c) => {
    const job = await mine(c);
    if (!job.ok) return problem(c, job.refusal);
    if (!('video' in job.value)) return problem(c, { code: 'no-such-job' });
    const { id } = job.value;
    if (await core.takedown.hides(id)) return problem(c, { code: 'job-hidden' });
    if (c.req.query('download') !== undefined) {
      c.header('content-disposition', `attachment; filename="strut-${job.value.code}.mp4"`);
    }
    const video = await core.handOut(id);
    // It may have been reported while its marks were made.
    if (await core.takedown.hides(id)) return problem(c, { code: 'job-hidden' });
    return video.ok ? sendFile(c, files, job.value, video.value) : problem(c, video.refusal);
  });

  app.get('/jobs/:id/image', async (c) => {
    const job = await mine(c);
    if (job.ok && (await core.takedown.hides(job.value.id))) return problem(c, { code: 'job-hidden' });
    return job.ok ? sendFile(c, files, job.value, job.value.inputs.image) : problem(c, job.refusal);
  });

  return app;
}

async function sendFile(c: Context, files: Files, job: Job, file: StoredFile): Promise<Response> {
  if (!(await files.has(file))) return problem(c, { code: 'no-such-job' });
  // The page's own may be kept by this browser, until they are deleted here; other members' are theirs to have deleted.
  const own = job.requester.platform === PAGE;
  c.header('cache-control', own ? 'private, max-age=31536000, immutable' : 'private, no-store');
  c.header('accept-ranges', 'bytes');
  const response = await serveStatic({ path: await files.path(file) })(c, async () => {});
  return response ?? problem(c, { code: 'no-such-job' });
}
