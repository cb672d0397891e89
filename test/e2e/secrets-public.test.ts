/**
 * The same where the internet reaches the bot: signed links, addresses for webhooks and Telegram's secret are secrets
 * too, each of them told to one alone. Strangers guess at all of them.
 */
import { openAsBlob } from 'node:fs';
import { expect, it, onTestFailed, onTestFinished } from 'vitest';
import { startFal } from '../../simulators/fal.ts';
import { startRunpod } from '../../simulators/runpod.ts';
import { startTelegram } from '../../simulators/telegram/telegram.ts';
import { alreadySeen } from '../fakes/already-seen.ts';
import { consented } from '../fakes/consents.ts';
import { personClip, personImage } from '../people.ts';
import { startBot } from './bot.ts';
import { freePort } from './free-port.ts';
import { ALL, filesIn, found, MARKS, type Place } from './marks.ts';

const PUBLIC_URL = 'https://bot.example';
const LINK = /https:\/\/bot\.example\/(?:media|hooks\/\w+)\/[\w.%-]+/g;

/** The tokens of all links of ours in a text, as they stand in addresses too. */
const tokensIn = (text: string): string[] => {
  const links = text.replaceAll('%3A', ':').replaceAll('%2F', '/').match(LINK) ?? [];
  return [...new Set(links.map((link) => link.slice(link.lastIndexOf('/') + 1)))];
};

it('no link, address of a webhook or secret of one is anywhere but with whom it is for', async () => {
  const PORT = await freePort();
  const here = `http://127.0.0.1:${PORT}`;
  const { TELEGRAM_BOT_TOKEN, FAL_KEY, RUNPOD_API_KEY, SECRET_KEY, PAGE_PASSWORD } = MARKS;
  const secrets = { TELEGRAM_BOT_TOKEN, FAL_KEY, RUNPOD_API_KEY, SECRET_KEY, PAGE_PASSWORD };
  const [telegram, fal, runpod] = await Promise.all([
    startTelegram({ token: MARKS.TELEGRAM_BOT_TOKEN, routes: { [PUBLIC_URL]: here } }),
    startFal({ key: MARKS.FAL_KEY }),
    startRunpod({ key: MARKS.RUNPOD_API_KEY }),
  ]);
  onTestFinished(async () => {
    await Promise.all([telegram, fal, runpod].map((sim) => sim.close()));
  });
  for (const { jobs } of [fal, runpod]) jobs.always({ queueMs: 0, runMs: 100 });
  const [photo, clip] = [await personImage(), await personClip()];
  // No form of the video fits but the link.
  telegram.fault({
    method: 'sendVideo',
    how: { status: 413, description: 'Request Entity Too Large' },
    times: 20,
  });
  await using bot = await startBot({
    ...secrets,
    PUBLIC_URL,
    PORT,
    PROVIDERS: 'fal',
    TELEGRAM_API_URL: telegram.apiUrl,
    FAL_QUEUE_URL: fal.url,
    FAL_REST_URL: fal.url,
    FAL_API_URL: fal.url,
    RUNPOD_API_URL: runpod.url,
    ALLOW_DMS: 'true',
    DEFAULT_LIMITS: 'none',
    LOG_LEVEL: 'debug',
  });
  onTestFailed(() => console.error(bot.log()));

  const user = telegram.user({});
  const chat = telegram.privateChat(user);
  await telegram.waitFor(() => telegram.calls('setWebhook').length > 0);
  await consented(bot.dataDir, `telegram:${user.id}`);
  await alreadySeen(bot.dataDir, { image: photo, clip });
  await telegram.album(user, chat, [{ photo }, { video: clip }]);
  const linked = () => telegram.said(chat).filter((message) => JSON.stringify(message).includes('/media/'));
  await expect.poll(() => linked().length).toBe(1);
  const [forMember = ''] = tokensIn(JSON.stringify(linked()));

  // The next one goes to the provider that fetches the files from us.
  await bot.stop();
  await bot.start({ PROVIDERS: 'runpod' });
  const form = new FormData();
  form.append('image', await openAsBlob(photo));
  form.append('clip', await openAsBlob(clip));
  form.append('consent', 'self');
  const signedIn = { authorization: `Bearer ${MARKS.PAGE_PASSWORD}` };
  const answers: Place[] = [];
  async function ask(path: string, init: RequestInit = {}): Promise<number> {
    const answer = await fetch(`${here}${path}`, { redirect: 'manual', ...init });
    const text = `${JSON.stringify([...answer.headers])} ${(await answer.text()).slice(0, 100_000)}`;
    answers.push([`the answer to ${path.slice(0, 20)}`, text]);
    return answer.status;
  }
  expect(await ask('/api/jobs', { method: 'POST', body: form, headers: signedIn })).toBe(201);
  const sent = () => runpod.requestsTo('POST', /\/run$/)[0];
  await expect.poll(() => sent()?.body.toString() ?? '').toContain('/media/');

  const textOf = ({ query, body }: { query: URLSearchParams | string; body: Buffer }) =>
    `${query} ${body.toString('latin1')}`;
  const forFal = fal.requests.flatMap((request) => tokensIn(textOf(request)));
  const forRunpod = tokensIn(sent()?.body.toString() ?? '');
  const secret = String(telegram.calls('setWebhook')[0]?.params.secret_token);
  expect([forMember.length, forFal.length, forRunpod.length, secret.length].every((some) => some > 0)).toBe(
    true,
  );

  // Whoever has one opens what it is for; a guess, a change, or the token of another opens nothing.
  const post = (headers: Record<string, string> = {}, body = '{"id":"x","status":"COMPLETED"}') => ({
    method: 'POST',
    body,
    headers,
  });
  expect(await ask(`/media/${forMember}`)).toBe(200);
  const [hook = ''] = forFal;
  for (const path of [
    `/media/${forMember.slice(0, -2)}`,
    `/media/${hook}`,
    `/media/${forMember}x`,
    `/media/..%2f${forMember}`,
  ])
    expect(await ask(path), path).toBe(404);
  for (const path of [
    `/hooks/fal/${hook}`,
    `/hooks/runpod/${hook}`,
    `/hooks/fal/${forMember}`,
    '/hooks/fal/x',
  ])
    expect(
      await ask(path, post({ 'x-fal-webhook-signature': 'ab'.repeat(64), 'x-fal-webhook-timestamp': '1' })),
      path,
    ).toBe(401);
  for (const guess of ['', 'a guess', secret.slice(0, -1), hook])
    expect(await ask('/hooks/telegram', post({ 'x-telegram-bot-api-secret-token': guess }))).toBe(401);
  const known = { 'x-telegram-bot-api-secret-token': secret };
  expect(await ask('/hooks/telegram', post(known, '{"update_id":'))).toBe(400);
  expect(await ask('/hooks/telegram', post(known, '{"update_id":"none"}'))).toBe(200);
  for (const token of forRunpod) await ask(`/hooks/runpod/${token}`, post({}, 'not JSON'));
  for (const path of ['/metrics', '/readyz', '/api/status', '/api/jobs', '/api/usage.csv'])
    for (const headers of [signedIn, undefined]) await ask(path, headers ? { headers } : {});

  const others = telegram.journal.filter(({ method }) => method !== 'setWebhook');
  const linking = others.filter(({ params }) => JSON.stringify(params).includes(forMember));
  const seen: Place[] = [
    ['the log', bot.log()],
    ...answers,
    ...(await filesIn(bot.dataDir)),
    ...others
      .filter((call) => !linking.includes(call))
      .map(({ method, params }): Place => [`Telegram ${method}`, JSON.stringify(params)]),
  ];
  expect(found(seen, [...ALL, ...forFal, ...forRunpod, forMember, secret])).toEqual([]);
  // The link was told to its member and to nobody else.
  expect(new Set(linking.map(({ params }) => String(params.chat_id)))).toEqual(new Set([String(chat.id)]));
  const toFal: Place = ['fal', fal.requests.map(textOf).join('\n')];
  const toRunpod: Place = ['RunPod', runpod.requests.map(textOf).join('\n')];
  expect(found([toFal], [...forRunpod, forMember, secret])).toEqual([]);
  expect(found([toRunpod], [...forFal, forMember, secret])).toEqual([]);
});
