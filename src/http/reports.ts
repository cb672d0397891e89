/** Reports of videos, for the operator: what waits, what people outside wrote, and the decisions. */
import { Hono } from 'hono';
import { z } from 'zod';
import type { Core } from '../core/command.ts';
import { REPORT_REASONS } from '../core/job/job.ts';
import type { Caller } from '../core/limits/access.ts';
import { type Case, DECIDE_WITHIN_MS } from '../core/takedown/case.ts';
import { DECISIONS } from '../core/takedown/decide.ts';
import { HOTLINES } from '../core/takedown/tell.ts';
import { wordsFor } from '../words/index.ts';
import type { CaseView, ReportsView } from './page/contract.ts';
import { problem } from './problem.ts';

const words = wordsFor('en');
const asked = z.object({ code: z.string().max(100), reason: z.enum(REPORT_REASONS) });

export function reportRoutes({ core: { takedown } }: { core: Core }, caller: Caller): Hono {
  const app = new Hono();

  app.get('/reports', async (c) => {
    const cases = await takedown.waiting(caller);
    if (!cases.ok) return problem(c, cases.refusal);
    const statements = (await takedown.statements()).map(({ reason, doneAt: _, ...one }) => ({
      ...one,
      reason: words.t(`report.${reason}`),
    }));
    return c.json({ cases: cases.value.map(presentCase), statements } satisfies ReportsView);
  });

  app.post('/reports', async (c) => {
    const body = asked.safeParse(await c.req.json().catch(() => undefined));
    if (!body.success)
      return problem(c, { code: 'bad-option', option: 'reason', allowed: [...REPORT_REASONS] });
    const { memberId: by } = caller.requester;
    const taken = await takedown.report({ by, unlimited: true, ...body.data });
    return taken.ok ? c.json({ message: words.t('report.thanks') }, 202) : problem(c, taken.refusal);
  });

  app.post('/statements/:id/done', async (c) => {
    const mayDecide = await takedown.waiting(caller);
    if (!mayDecide.ok) return problem(c, mayDecide.refusal);
    await takedown.doneWith(c.req.param('id'));
    return c.body(null, 204);
  });

  app.post('/reports/:code/:decision', async (c) => {
    const decision = DECISIONS.find((one) => one === c.req.param('decision'));
    if (!decision) return problem(c, { code: 'bad-option', option: 'decision', allowed: DECISIONS });
    const decided = await takedown.decide(caller, c.req.param('code'), decision);
    return decided.ok ? c.json(presentCase(decided.value)) : problem(c, decided.refusal);
  });

  return app;
}

function presentCase(one: Case): CaseView {
  const { code, reason, since, reports, state, hidden, locked, asker, retracted, banned } = one;
  return {
    code,
    reason: words.t(`report.${reason}`),
    since,
    decideBy: since + DECIDE_WITHIN_MS,
    reports,
    state,
    hidden,
    locked,
    space: asker.spaceId,
    asker: asker.memberId,
    banned: banned === true,
    messages: retracted,
    ...(locked
      ? { advice: `Nobody is shown it. Don't pass it on or copy it; report it where you are: ${HOTLINES}.` }
      : {}),
  };
}
