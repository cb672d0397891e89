/**
 * A form for people who are no members: what shows them, where, and their word for it. It needs no account and no script,
 * and answers the same whether there is such a video or not.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { z } from 'zod';
import { REPORT_REASONS } from '../core/job/job.ts';
import type { Clock } from '../core/ports.ts';
import type { Takedown } from '../core/takedown/takedown.ts';
import { type Words, wordsFor } from '../words/index.ts';
import { whoAsks } from './sign-in.ts';

export type ReportFormParts = { takedown: Pick<Takedown, 'state'>; publicUrl: string; clock: Clock };

const MAX_BYTES = 20_000;
/** Nobody fills it in faster, and nobody takes a day. */
const LEAST_MS = 2_000;
const MOST_MS = 24 * 3_600_000;
/** From one address, so that nobody shuts the form for everybody. */
const AN_HOUR_EACH = { points: 12, duration: 3_600 };
/** From everywhere together: a flood from many addresses at once stops here. */
const AN_HOUR = { points: 60, duration: 3_600 };

const filled = z.object({
  token: z.string(),
  /** No person sees this field. */
  website: z.literal('').default(''),
  reason: z.enum(REPORT_REASONS),
  where: z.string().trim().min(1),
  what: z.string().trim().min(1),
  name: z.string().trim().min(1),
  contact: z.string().trim().min(1),
  faith: z.literal('yes'),
});
type Given = Record<string, string>;

export function reportForm({ takedown, publicUrl, clock }: ReportFormParts): Hono {
  const app = new Hono();
  const all = new RateLimiterMemory({ ...AN_HOUR, keyPrefix: 'all' });
  const each = new RateLimiterMemory({ ...AN_HOUR_EACH, keyPrefix: 'each' });
  // Of this life of the process: a form that was opened before is shown once more, filled in.
  const key = randomBytes(32);
  const seal = (at: string): string => createHmac('sha256', key).update(at).digest('base64url');
  const newToken = (): string => `${clock.now()}.${seal(String(clock.now()))}`;

  function isOurs(token: string): boolean {
    const [at = '', given = ''] = token.split('.');
    const [a, b] = [Buffer.from(given), Buffer.from(seal(at))];
    const age = clock.now() - Number(at);
    return a.length === b.length && timingSafeEqual(a, b) && age >= LEAST_MS && age <= MOST_MS;
  }

  const show = (c: Context, words: Words, status: 200 | 422 | 429, given: Given = {}, problem?: string) =>
    c.html(formPage(words, newToken(), given, problem), status, { 'cache-control': 'no-store' });

  app.get('/report.css', (c) => c.body(CSS, 200, { 'content-type': 'text/css; charset=utf-8' }));
  app.get('/report', (c) => show(c, wordsOf(c), 200));
  app.post('/report', bodyLimit({ maxSize: MAX_BYTES, onError: (c) => c.body(null, 413) }), async (c) => {
    const words = wordsOf(c);
    const given = textsOf(await c.req.parseBody());
    // Another site may not fill it in on anybody's behalf.
    const origin = c.req.header('origin');
    const foreign =
      origin !== undefined && ![new URL(publicUrl).origin, new URL(c.req.url).origin].includes(origin);
    const read = filled.safeParse(given);
    if (foreign || !read.success || !isOurs(read.data.token))
      return show(c, words, 422, given, words.t('report.form.again'));
    const { from } = whoAsks(c, true);
    const own = await each.consume(from).catch(() => undefined);
    const room = own && (await all.consume('all').catch(() => undefined));
    const { token: _, website: __, faith: ___, ...statement } = read.data;
    const taken = room && (await takedown.state(statement, from));
    if (!taken?.ok) return show(c, words, 429, given, words.t('report.form.later'));
    return c.html(page(words, `<p>${escapeHtml(words.t('report.form.thanks'))}</p>`), 200);
  });
  return app;
}

const wordsOf = (c: Context): Words =>
  wordsFor((c.req.header('accept-language') ?? 'en').split(/[,;]/)[0]?.trim() || 'en');

const textsOf = (body: Record<string, unknown>): Given =>
  Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );

function formPage(words: Words, token: string, given: Given, problem: string | undefined): string {
  const { t } = words;
  const value = (name: string): string => escapeHtml((given[name] ?? '').slice(0, 2_000));
  const label = (name: 'where' | 'what' | 'name' | 'contact'): string =>
    `<label for="${name}">${escapeHtml(t(`report.form.${name}`))}</label>`;
  const input = (name: 'where' | 'name' | 'contact', maxLength: number): string =>
    `${label(name)}<input id="${name}" name="${name}" maxlength="${maxLength}" value="${value(name)}" required>`;
  const reasons = REPORT_REASONS.map(
    (reason) =>
      `<option value="${reason}"${given.reason === reason ? ' selected' : ''}>${escapeHtml(t(`report.${reason}`))}</option>`,
  ).join('');
  return page(
    words,
    `<p>${escapeHtml(t('report.form.intro'))}</p>
${problem === undefined ? '' : `<p class="problem" role="alert">${escapeHtml(problem)}</p>`}
<form method="post" action="/report">
<input type="hidden" name="token" value="${token}">
<p class="nobody" aria-hidden="true"><label>Website <input name="website" tabindex="-1" autocomplete="off"></label></p>
<label for="reason">${escapeHtml(t('report.form.reason'))}</label><select id="reason" name="reason">${reasons}</select>
${input('where', 500)}
${label('what')}<textarea id="what" name="what" rows="4" maxlength="2000" required>${value('what')}</textarea>
${input('name', 200)}
${input('contact', 200)}
<label class="faith"><input type="checkbox" name="faith" value="yes" required> ${escapeHtml(t('report.form.faith'))}</label>
<button type="submit">${escapeHtml(t('button.report-yes'))}</button>
</form>`,
  );
}

function page(words: Words, body: string): string {
  const title = escapeHtml(words.t('report.form.title'));
  return `<!doctype html>
<html lang="${words.language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title><link rel="stylesheet" href="/report.css"></head>
<body><main><h1>${title}</h1>
${body}
</main></body></html>`;
}

/** Whatever anybody has written comes back as text and as nothing else. */
const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

const CSS = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
body{margin:0}main{max-width:38rem;margin:0 auto;padding:1.5rem}
label,input,select,textarea,button{display:block;font:inherit}
label{margin-top:1rem;font-weight:600}.faith{font-weight:400}.faith input{display:inline;width:auto}
input,select,textarea{box-sizing:border-box;width:100%;padding:.5rem}
button{margin-top:1.5rem;padding:.6rem 1.2rem}.nobody{position:absolute;left:-100vw}.problem{color:#b3261e}
`;
