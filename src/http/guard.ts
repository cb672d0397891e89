/** Who may talk to the page: this machine's own browser, or whoever knows the password. */
import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { problem } from './problem.ts';
import type { SignIn } from './sign-in.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);
const ANY_ADDRESS = new Set(['0.0.0.0', '::', '[::]']);

/** Our own page, or a person at the address bar. Another port of this machine is the same site, and not ours. */
const OUR_OWN = new Set(['same-origin', 'none']);

export const isAnyAddress = (host: string): boolean => ANY_ADDRESS.has(host);
export const isLoopback = (host: string): boolean => LOOPBACK.has(host);

/**
 * Against DNS rebinding: a foreign site whose name was made to point here still sends its own name as Host. So names
 * must be known ones; where every address is listened on, a bare address is fine too, as it can't be rebound.
 */
export function checkHost(listenHost: string): MiddlewareHandler {
  // As a browser writes it: in small letters, IPv6 in brackets.
  const ourHost = hostnameOf(`http://${isIP(listenHost) === 6 ? `[${listenHost}]` : listenHost}`);
  return async (c, next) => {
    const host = hostnameOf(`http://${c.req.header('host') ?? ''}`);
    const known =
      host !== undefined &&
      (isLoopback(host) ||
        host === ourHost ||
        (isAnyAddress(listenHost) && isIP(host.replace(/^\[|\]$/g, '')) > 0));
    if (!known) return problem(c, { code: 'not-allowed' });
    const origin = c.req.header('origin');
    // A script sends no Origin and is welcome; a browser on another site's behalf is not.
    if (origin !== undefined && hostOf(origin) !== c.req.header('host'))
      return problem(c, { code: 'not-allowed' });
    // There are browsers and ways of asking that leave Origin out, but say whose behalf it is on.
    const site = c.req.header('sec-fetch-site');
    const changes = !['GET', 'HEAD', 'OPTIONS'].includes(c.req.method);
    if (changes && origin === undefined && site !== undefined && !OUR_OWN.has(site))
      return problem(c, { code: 'not-allowed' });
    return next();
  };
}

/** Asks for the password wherever there is one. Pages are led to the form, scripts get the reason. */
export function requireSignIn(signIn: SignIn | undefined): MiddlewareHandler {
  return async (c, next) => {
    if (!signIn) return next();
    const verdict = await signIn.check(c);
    if (verdict === 'in') return next();
    if (verdict !== 'out') return problem(c, { code: 'slow-down', retryAt: verdict.retryAt });
    const wantsPage = c.req.method === 'GET' && (c.req.header('accept') ?? '').includes('text/html');
    return wantsPage ? c.redirect('/login', 303) : problem(c, { code: 'not-signed-in' });
  };
}

function hostnameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}
