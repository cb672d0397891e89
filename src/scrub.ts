/** The last line of defence before anything is printed: whatever is a secret, or looks like one, goes out of the text. */
import { CHATS } from './chat/catalog.ts';

export type Scrub = (text: string) => string;

const HIDDEN = '[hidden]';
/** A shorter value would be found in innocent words. */
const MIN_LENGTH = 8;

/**
 * What a secret looks like. A group is what stays before it. Each begins with something rare or is short, so that a
 * long line of base64 costs no more than one pass.
 */
const SHAPES: readonly RegExp[] = [
  // Our own signed links, in which the token stands.
  /(\/media\/|\/hooks\/[a-z]{1,20}\/)[\w.-]{20,}/,
  // Headers for signing in. Words without a digit are words.
  /\b((?:Bearer|Key|Basic|Bot) )(?=[^\s"']*\d)[\w.~+/=:-]{12,}/,
  // A password in an address.
  /(:\/\/[^\s/:@"']{0,64}:)[^\s/@"']{1,256}(?=@)/,
  // Signed addresses of storage.
  /([?&](?:token|signature|sig|hm|X-Amz-[A-Za-z-]{1,20}|X-Goog-[A-Za-z-]{1,20})=)[^&\s"'<>]+/,
  // A fal.ai key: an id and its secret.
  /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?::|%3[Aa])[0-9a-f]{16,}/,
  // A RunPod key.
  /rpa_\w{20,}/,
  // A Kling key, and the secret of webhooks that follow the common standard.
  /api-key-kling-[\w.-]{8,}/,
  /whsec_[\w+/=-]{16,}/,
  ...CHATS.flatMap(({ secretShapes }) => secretShapes),
  // JSON web tokens.
  /(?<![\w-])eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/,
];

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/**
 * Makes the function that hides the shapes above and every one of `secrets`, as it is and as it stands in an address,
 * in JSON, in base64. Of a secret of two parts, `id:key`, the key alone is hidden too.
 */
export function createScrub(secrets: readonly string[]): Scrub {
  const values = secrets
    .flatMap((secret) => [secret, secret.slice(secret.indexOf(':') + 1)])
    .filter((value) => value.length >= MIN_LENGTH)
    .flatMap((value) => [
      value,
      encodeURIComponent(value),
      JSON.stringify(value).slice(1, -1),
      Buffer.from(value).toString('base64').replace(/=+$/, ''),
    ]);
  // The longest first: a part of a secret must not be all that is hidden of it.
  const exact = [...new Set(values)].sort((a, b) => b.length - a.length).map(escaped);
  const all = new RegExp([...exact, ...SHAPES.map(({ source }) => source)].join('|'), 'g');
  return (text) =>
    text.replace(all, (_found, ...rest) => {
      // The groups come before the offset; at most one of them has matched.
      const groups = rest.slice(
        0,
        rest.findIndex((part) => typeof part === 'number'),
      );
      return `${groups.find((group) => group !== undefined) ?? ''}${HIDDEN}`;
    });
}
