/** Who must sign in to the page, and with what. */
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { isLoopback } from './http/guard.ts';
import { createSignIn, digestOf, type SignIn, type SignInOptions } from './http/sign-in.ts';
import { pagePassword, type Secrets } from './secrets.ts';

/** On loopback the machine's own user is the operator; where others may come, a password is asked for. */
export async function signInFor(
  config: Config,
  {
    key,
    secrets,
    limiter,
    log,
  }: { key: string; secrets: Secrets; limiter: SignInOptions['limiter']; log: Logger },
): Promise<SignIn | undefined> {
  // A proxy that brings the internet here may well bring it to the page too, under a loopback name.
  const reached = config.PUBLIC_URL !== undefined && !isLoopback(new URL(config.PUBLIC_URL).hostname);
  if (isLoopback(config.HOST) && !reached && config.PAGE_PASSWORD === undefined) return undefined;
  const { digest, madeNow } = await pagePassword(secrets, digestOf, config.PAGE_PASSWORD);
  if (madeNow !== undefined) log.info(`the page's password, shown this once: ${madeNow}`);
  return createSignIn(digest, key, { behindProxy: config.PUBLIC_URL !== undefined, limiter });
}
