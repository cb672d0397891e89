/** One motion with up to four characters, as as many jobs: all of them, or none. */
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Core } from '../core/command.ts';
import { readChoices } from '../core/intake/choices.ts';
import type { Job } from '../core/job/job.ts';
import type { Caller } from '../core/limits/access.ts';
import { microsFromUsd } from '../core/price/money.ts';
import { readConsentAnswer } from '../core/trust/consent-answers.ts';
import type { JobView } from './page/contract.ts';
import type { CastView } from './page/library-contract.ts';
import { problem } from './problem.ts';

const USD = z.coerce.number().min(0).max(1_000_000).optional();

/** The yes is in the request: `max_usd` is what the page has shown for all of them together. */
export function castRoute(
  { core }: { core: Pick<Core, 'casts'> },
  caller: Caller,
  { eventId, present }: { eventId(c: Context, action: string): string; present(job: Job): JobView },
): Hono {
  const app = new Hono();
  app.post('/cast', async (c) => {
    const { motion, characters, consent, max_usd: maxUsd, ...wishes } = c.req.query();
    const choices = readChoices(wishes);
    if (!choices.ok) return problem(c, choices.refusal);
    const shown = USD.safeParse(maxUsd || undefined);
    if (!shown.success) return problem(c, { code: 'bad-option', option: 'max_usd', allowed: ['1.68'] });
    if (!motion) return problem(c, { code: 'missing-motion' });
    const call = { ...caller, id: eventId(c, 'cast') };
    const offer = await core.casts.offer(call, {
      motion,
      characters: characters ?? '',
      choices: choices.value,
    });
    if (!offer.ok) return problem(c, offer.refusal);
    const { code, micros } = offer.value;
    const agreedMicros = shown.data === undefined ? micros : microsFromUsd(shown.data);
    if (micros > agreedMicros) return problem(c, { code: 'price-rose', micros });
    const answer = readConsentAnswer(consent);
    const given = answer ? { answer, language: 'en' } : undefined;
    const made = await core.casts.confirm(caller, code, agreedMicros, given);
    if (!made.ok) return problem(c, made.refusal);
    if (made.value.kind === 'jobs')
      return c.json({ jobs: made.value.jobs.map(present) } satisfies CastView, 201);
    if (made.value.kind === 'over') return problem(c, made.value.refusal);
    const { asks, provider, micros: now } = made.value.offer;
    return problem(
      c,
      asks ? { code: 'consent-needed', why: asks, provider } : { code: 'price-rose', micros: now },
    );
  });
  return app;
}
