/** What was spent, over all spaces, for the operator: as figures, as a picture, as a table for other programs. */
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { type Context, Hono } from 'hono';
import type { Command, Core } from '../core/command.ts';
import type { Caller } from '../core/limits/access.ts';
import type { Outcome } from '../core/refusals.ts';
import type { Usage } from '../core/reports/usage.ts';
import { AUDIT_FORMATS, exportAudit } from '../core/trust/audit-export.ts';
import { presentUsage } from './present-usage.ts';
import { problem } from './problem.ts';

type UsageParts = { core: Core; commands: { usage: Command<Usage> } };

/** The page speaks English; whoever reads its figures elsewhere has the table. */
const LANGUAGE = 'en';

export function usageRoutes({ core, commands }: UsageParts, caller: Caller): Hono {
  const app = new Hono();

  const ask = (c: Context): Promise<Outcome<Usage>> => {
    const period = c.req.query('period');
    const options = period === undefined ? {} : { period };
    return commands.usage.execute({ id: 'usage', ...caller, options, files: {} }, core);
  };

  app.get('/usage', async (c) => {
    const usage = await ask(c);
    if (!usage.ok) return problem(c, usage.refusal);
    return c.json(presentUsage(usage.value, await core.reports.suspended()));
  });

  app.get('/usage.png', async (c) => {
    const usage = await ask(c);
    if (!usage.ok) return problem(c, usage.refusal);
    const png = await core.reports.chart(usage.value, LANGUAGE);
    return c.body(new Uint8Array(png), 200, { 'content-type': 'image/png', 'cache-control': 'no-store' });
  });

  app.get('/usage.csv', async (c) => {
    const usage = await ask(c);
    if (!usage.ok) return problem(c, usage.refusal);
    const { days } = usage.value;
    const name = `strut-usage-${days[0]?.day}-${days.at(-1)?.day}.csv`;
    const rows: ReadableStream<Uint8Array> = Readable.toWeb(
      Readable.from(core.reports.csv(usage.value), { objectMode: false }),
    );
    return c.body(rows as globalThis.ReadableStream, 200, {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
    });
  });

  for (const format of AUDIT_FORMATS)
    app.get(`/audit.${format}`, (c) => {
      const rows: ReadableStream<Uint8Array> = Readable.toWeb(
        Readable.from(exportAudit(format, core.audit.read({})), { objectMode: false }),
      );
      return c.body(rows as globalThis.ReadableStream, 200, {
        'content-type': format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/json',
        'content-disposition': `attachment; filename="strut-audit.${format}"`,
        'cache-control': 'no-store',
      });
    });

  return app;
}
