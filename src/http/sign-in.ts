/** The page's password: a form and a cookie for people, a bearer header for scripts. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import { generateSignedCookie, getSignedCookie, setSignedCookie } from 'hono/cookie';
import { type RateLimiterAbstract, RateLimiterMemory } from 'rate-limiter-flexible';

const COOKIE = 'strut';
const SIGNED_IN_FOR_S = 30 * 24 * 3600;
const WRONG_TRIES = 5;
/** Of everybody together who comes through one proxy: some of them let anybody write the address that they pass on. */
const WRONG_TRIES_THROUGH_PROXY = 100;
const WRONG_TRIES_WINDOW_S = 15 * 60;

type Verdict = 'in' | 'out' | { retryAt: number };
export type SignIn = {
  /** Whether this request comes from somebody signed in. A wrong bearer of anybody else counts as a wrong try. */
  check(c: Context): Promise<Verdict>;
  /** Tries a password and sets the cookie when it is right. */
  enter(c: Context, password: string): Promise<Verdict>;
};

/**
 * `behindProxy`: the internet comes through a proxy on this machine, which says for whom it asks. `limiter`: where wrong
 * tries are counted.
 */
export type SignInOptions = {
  behindProxy?: boolean;
  limiter?: Limiter | undefined;
};

type Limiter = (options: { keyPrefix: string; points: number; duration: number }) => RateLimiterAbstract;

const inMemory: Limiter = (options) => new RateLimiterMemory(options);

/**
 * Only the password's digest is kept in memory; `secretKey` signs the cookies, so that they outlive a restart.
 */
export function createSignIn(
  passwordDigest: string,
  secretKey: string,
  { behindProxy = false, limiter = inMemory }: SignInOptions = {},
): SignIn {
  const duration = WRONG_TRIES_WINDOW_S;
  const wrong = limiter({ keyPrefix: 'sign-in', points: WRONG_TRIES, duration });
  const wrongThroughProxy = limiter({
    keyPrefix: 'sign-in-proxy',
    points: WRONG_TRIES_THROUGH_PROXY,
    duration,
  });

  async function attempt(c: Context, password: string): Promise<Verdict> {
    const { peer, from } = whoAsks(c, behindProxy);
    const counted = [{ limiter: wrong, key: from }];
    if (from !== peer) counted.push({ limiter: wrongThroughProxy, key: peer });
    for (const { limiter, key } of counted) {
      const tries = await limiter.get(key);
      if (tries && tries.consumedPoints >= limiter.points)
        return { retryAt: Date.now() + tries.msBeforeNext };
    }
    if (sameDigest(digestOf(password), passwordDigest)) {
      await wrong.delete(from);
      return 'in';
    }
    for (const { limiter, key } of counted) await limiter.penalty(key);
    return 'out';
  }

  async function isSignedIn(c: Context): Promise<boolean> {
    // The cookie names the password it was given for: a changed password signs everybody out.
    const cookie = await getSignedCookie(c, secretKey, COOKIE);
    const [until, digest] = (cookie || '').split('.');
    return Number(until) > Date.now() && sameDigest(digest ?? '', markOf(passwordDigest));
  }

  return {
    async check(c) {
      // First, so that nobody who is in is kept out by others' guesses from the same address.
      if (await isSignedIn(c)) return 'in';
      const [, bearer] = /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
      return bearer === undefined ? 'out' : attempt(c, bearer);
    },
    async enter(c, password) {
      if (await isSignedIn(c)) return 'in';
      const verdict = await attempt(c, password);
      if (verdict === 'in') {
        const until = Date.now() + SIGNED_IN_FOR_S * 1000;
        await setSignedCookie(c, COOKIE, `${until}.${markOf(passwordDigest)}`, secretKey, {
          httpOnly: true,
          secure: isHttps(c),
          sameSite: 'Strict',
          path: '/',
          maxAge: SIGNED_IN_FOR_S,
        });
      }
      return verdict;
    },
  };
}

/**
 * Who is connected, and whose tries are counted together. A proxy adds at the end whom it heard; what stands before that, anybody may have
 * written. Only one on this machine is believed: others could say whatever they like.
 */
export function whoAsks(c: Context, behindProxy: boolean): { peer: string; from: string } {
  const peer = getConnInfo(c).remote.address ?? 'unknown';
  if (!behindProxy || !isThisMachine(peer)) return { peer, from: peer };
  const named = (c.req.header('x-forwarded-for') ?? '').split(',').map((one) => one.trim());
  const nearest = named.findLast((one) => !isThisMachine(one));
  return { peer, from: nearest !== undefined && isIP(nearest) > 0 ? nearest : peer };
}

const isThisMachine = (address: string): boolean =>
  address === '::1' || /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/.test(address);

/** As the browser itself sees it, or the proxy before us. Whoever lies about it only spoils their own cookie. */
const isHttps = (c: Context): boolean =>
  c.req.header('origin')?.startsWith('https:') === true ||
  c.req.header('x-forwarded-proto')?.split(',')[0]?.trim() === 'https';

/** A password is long and random, or the operator's own choice behind five tries: a plain digest serves. */
export const digestOf = (password: string): string =>
  createHash('sha256').update(`strut:${password}`).digest('hex');

/** What a browser that is signed in sends along: for a program of the operator's own that has the bot's own key. */
export async function signedInCookie(passwordDigest: string, secretKey: string): Promise<string> {
  const value = `${Date.now() + SIGNED_IN_FOR_S * 1000}.${markOf(passwordDigest)}`;
  return (await generateSignedCookie(COOKIE, value, secretKey)).split(';')[0] ?? '';
}

const markOf = (digest: string): string => createHash('sha256').update(digest).digest('hex').slice(0, 16);

function sameDigest(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
