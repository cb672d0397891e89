import { describe, expect, it } from 'vitest';
import { createSignIn, digestOf } from '../../src/http/sign-in.ts';
import { raw, start } from './harness.ts';

describe('the door', () => {
  it('is shut to a foreign name that was made to point here, and to a foreign page', async () => {
    const { url } = await start();
    const port = new URL(url).port;
    expect(await raw(`${url}/api/jobs`, { host: `evil.example:${port}` })).toBe(403);
    expect(await raw(`${url}/api/jobs`, { host: `localhost:${port}` })).toBe(200);
    expect(await raw(`${url}/api/jobs`, { host: `127.0.0.1:${port}`, origin: 'https://evil.example' })).toBe(
      403,
    );
    expect(await raw(`${url}/api/jobs`, { host: `127.0.0.1:${port}`, origin: 'null' })).toBe(403);
    expect(
      await raw(`${url}/api/jobs`, { host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}` }),
    ).toBe(200);
  });

  it.each([
    ['cross-site', 403],
    ['same-site', 403],
    ['same-origin', 404],
    ['none', 404],
    [undefined, 404],
  ])(
    'is shut to a change on behalf of a site that is %s, where no Origin says whose',
    async (site, status) => {
      const { url } = await start();
      const headers = site === undefined ? {} : { 'sec-fetch-site': site };
      expect(await raw(`${url}/api/jobs/web-nothing/cancel`, headers, 'POST')).toBe(status);
      // A link to the page from elsewhere is followed.
      expect(await raw(`${url}/api/jobs`, headers)).toBe(200);
    },
  );

  const password = 'correct horse';
  const signIn = () => createSignIn(digestOf(password), 'a secret key');

  it('asks for the password, takes it as a form or a bearer, and slows down guessing', async () => {
    const { url } = await start({ signIn: signIn() });
    expect((await fetch(`${url}/api/jobs`)).status).toBe(401);
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
    const page = await fetch(`${url}/`, { headers: { accept: 'text/html' }, redirect: 'manual' });
    expect([page.status, page.headers.get('location')]).toEqual([303, '/login']);
    const login = (given: string) =>
      fetch(`${url}/login`, {
        method: 'POST',
        body: new URLSearchParams({ password: given }),
        redirect: 'manual',
      });
    const welcome = await login(password);
    const cookie = welcome.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Strict/i);
    expect(cookie).not.toContain(password);
    expect((await fetch(`${url}/api/jobs`, { headers: { cookie: cookie.split(';')[0] ?? '' } })).status).toBe(
      200,
    );
    expect(
      (
        await fetch(`${url}/api/jobs`, {
          headers: { cookie: (cookie.split(';')[0] ?? '').replace(/.$/, 'x') },
        })
      ).status,
    ).toBe(401);
    expect(
      (await fetch(`${url}/api/jobs`, { headers: { authorization: `Bearer ${password}` } })).status,
    ).toBe(200);
    const statuses: number[] = [];
    for (let i = 0; i < 6; i += 1) statuses.push((await login('wrong')).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    expect(
      (await fetch(`${url}/api/jobs`, { headers: { authorization: `Bearer ${password}` } })).status,
    ).toBe(429);
  });

  const tryPassword = (url: string, given: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/login`, {
      method: 'POST',
      body: new URLSearchParams({ password: given }),
      redirect: 'manual',
      headers,
    });
  const cookieOf = (answer: Response): string => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  async function guess(url: string, headers: Record<string, string> = {}): Promise<number> {
    for (let n = 0; n < 5; n += 1) await tryPassword(url, 'wrong', headers);
    return (await tryPassword(url, 'wrong', headers)).status;
  }

  it('stays open to whoever is in, however much is guessed from the same address', async () => {
    const { url } = await start({ signIn: signIn() });
    const cookie = cookieOf(await tryPassword(url, password));
    expect(await guess(url)).toBe(429);
    expect((await fetch(`${url}/api/jobs`, { headers: { cookie } })).status).toBe(200);
    const withBearer = { cookie, authorization: 'Bearer of bad news' };
    expect((await fetch(`${url}/api/jobs`, { headers: withBearer })).status).toBe(200);
    expect((await tryPassword(url, password, { cookie })).status).toBe(303);
    expect((await tryPassword(url, password)).status).toBe(429);
  });

  it('counts the guesses of each behind a proxy apart, by what the proxy itself has heard', async () => {
    const behindProxy = createSignIn(digestOf(password), 'a secret key', { behindProxy: true });
    const { url } = await start({ signIn: behindProxy });
    const from = (...hops: string[]) => ({ 'x-forwarded-for': hops.join(', ') });
    expect(await guess(url, from('203.0.113.7'))).toBe(429);
    expect((await tryPassword(url, password, from('198.51.100.1'))).status).toBe(303);
    expect((await tryPassword(url, password)).status).toBe(303);
    // What stands first is whatever the guesser wrote.
    expect((await tryPassword(url, 'wrong', from('198.51.100.2', '203.0.113.7'))).status).toBe(429);
    expect((await tryPassword(url, 'wrong', from('203.0.113.7', '127.0.0.1'))).status).toBe(429);
  });

  it('ends the guesses through a proxy that passes on whatever address the guesser writes', async () => {
    const behindProxy = createSignIn(digestOf(password), 'a secret key', { behindProxy: true });
    const { url } = await start({ signIn: behindProxy });
    const forged = (n: number) => ({ 'x-forwarded-for': `198.51.100.${n}` });
    const cookie = cookieOf(await tryPassword(url, password, forged(0)));
    const statuses: number[] = [];
    for (let n = 1; n <= 101; n += 1) statuses.push((await tryPassword(url, 'wrong', forged(n))).status);
    // Mistakes of many people behind one good proxy shut nobody out so soon.
    expect(statuses.indexOf(429)).toBe(100);
    expect((await tryPassword(url, password, forged(200))).status).toBe(429);
    expect((await fetch(`${url}/api/jobs`, { headers: { cookie, ...forged(201) } })).status).toBe(200);
    expect((await tryPassword(url, password, { cookie, ...forged(202) })).status).toBe(303);
  });

  it('believes nobody about whom they ask for where there is no proxy', async () => {
    const { url } = await start({ signIn: signIn() });
    expect(await guess(url, { 'x-forwarded-for': '203.0.113.7' })).toBe(429);
    expect((await tryPassword(url, password, { 'x-forwarded-for': '198.51.100.1' })).status).toBe(429);
  });

  it('gives a cookie that only HTTPS carries where it was HTTPS that brought the password', async () => {
    const { url } = await start({ signIn: signIn() });
    const { host } = new URL(url);
    const cookie = async (headers: Record<string, string>) =>
      (await tryPassword(url, password, headers)).headers.get('set-cookie');
    expect(await cookie({ 'x-forwarded-proto': 'https' })).toMatch(/; Secure/);
    expect(await cookie({ origin: `https://${host}` })).toMatch(/; Secure/);
    expect(await cookie({ origin: `http://${host}` })).not.toMatch(/Secure/);
  });

  it('signs everybody out when the password or the key changes', async () => {
    const { url } = await start({ signIn: signIn() });
    const welcome = await fetch(`${url}/login`, {
      method: 'POST',
      body: new URLSearchParams({ password }),
      redirect: 'manual',
    });
    const headers = { cookie: (welcome.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
    for (const other of [
      createSignIn(digestOf('another'), 'a secret key'),
      createSignIn(digestOf(password), 'another key'),
    ]) {
      const { url: elsewhere } = await start({ signIn: other });
      expect((await fetch(`${elsewhere}/api/jobs`, { headers })).status).toBe(401);
    }
  });

  it('tells strangers whether we are up, and the operator how each part stands', async () => {
    const open = await start();
    expect(await (await fetch(`${open.url}/readyz`)).json()).toMatchObject({
      status: 'ok',
      components: expect.arrayContaining([{ name: 'discord', state: 'off', reason: 'set DISCORD_TOKEN' }]),
    });
    const shut = await start({ signIn: signIn() });
    expect(await (await fetch(`${shut.url}/readyz`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${shut.url}/healthz`)).json()).toEqual({ status: 'ok' });
  });

  it('is not ready while the store cannot be written', async () => {
    const { url } = await start({ ping: () => Promise.reject(new Error('read-only')) });
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, ((await ready.json()) as { status: string }).status]).toEqual([503, 'degraded']);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('lets no page frame it, run foreign scripts, or guess types; and serves only the page’s own files', async () => {
    const { url } = await start();
    const page = await fetch(`${url}/`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    for (const path of ['/contract.ts', '/tsconfig.json', '/..%2fserver.ts', '/.env', '/package.json']) {
      expect((await fetch(`${url}${path}`)).status).toBe(404);
    }
  });
});
