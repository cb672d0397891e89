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
