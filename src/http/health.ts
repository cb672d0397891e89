/** What an examination of the bot finds, for the operator: the same as `npm run doctor` says. */
import { Hono } from 'hono';
import type { Examination } from '../core/diagnosis.ts';
import { worstOf } from '../core/diagnosis.ts';
import type { HealthView } from './page/health-contract.ts';

export type HealthParts = {
  /** Missing where nobody looks. */
  examine?: (how: { fresh: boolean }) => Promise<Examination>;
};

export function healthRoute({ examine }: HealthParts): Hono {
  const app = new Hono();
  app.get('/health', async (c) => {
    if (!examine) return c.notFound();
    const { at, found } = await examine({ fresh: c.req.query('fresh') === '1' });
    c.header('cache-control', 'no-store');
    return c.json({ at, status: worstOf(found), found: [...found] } satisfies HealthView);
  });
  return app;
}
