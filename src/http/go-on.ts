/** The yes to a dearer offer, at the price that is agreed to: `JobView.links.goOn` says both. */
import { Hono } from 'hono';
import { z } from 'zod';
import type { Job } from '../core/job/job.ts';
import type { Jobs } from '../core/job/jobs.ts';
import type { Caller } from '../core/limits/access.ts';
import type { JobView } from './page/contract.ts';
import { problem } from './problem.ts';

const MICROS = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

export function goOnRoute(
  jobs: Pick<Jobs, 'find' | 'goOn'>,
  caller: Caller,
  present: (job: Job) => JobView,
): Hono {
  const app = new Hono();
  app.post('/jobs/:id/go-on', async (c) => {
    const agreed = MICROS.safeParse(c.req.query('micros'));
    if (!agreed.success)
      return problem(c, { code: 'bad-option', option: 'micros', allowed: ['the price that is agreed to'] });
    const job = await jobs.find(caller, c.req.param('id'));
    if (!job.ok) return problem(c, job.refusal);
    const gone = await jobs.goOn(caller, job.value.id, agreed.data);
    return gone.ok ? c.json(present(gone.value)) : problem(c, gone.refusal);
  });
  return app;
}
