import { describe, expect, it } from 'vitest';
import { createLinks } from '../../src/http/links.ts';

const FILE = { key: `${'a'.repeat(64)}.mp4`, bytes: 12, mime: 'video/mp4' };

function make() {
  const time = { now: 1_000_000 };
  const links = createLinks({
    publicUrl: 'https://strut.test/bot',
    secretKey: 'a secret of ours',
    clock: { now: () => time.now },
  });
  const tokenOf = (url: string) => url.split('/').at(-1) ?? '';
  return { time, links, tokenOf };
}

/** What a stranger's token is worth, whether it is refused or throws. */
const worth = (read: () => unknown) => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

describe('a signed link', () => {
  it('names one file, for a while', () => {
    const { links, tokenOf, time } = make();
    const url = links.media(FILE);
    expect(url).toMatch(/^https:\/\/strut\.test\/bot\/media\/[\w-]+\.[\w-]+$/);
    expect(links.readMedia(tokenOf(url))).toMatchObject(FILE);
    time.now += 6 * 3_600_000;
    expect(links.readMedia(tokenOf(url))).toBeUndefined();
  });

  it('names one job of one provider', () => {
    const { links, tokenOf } = make();
    const token = tokenOf(links.hook('fal', 'web-1'));
    expect(links.readHook('fal', token)).toBe('web-1');
    expect(links.readHook('runpod', token)).toBeUndefined();
    expect(links.readMedia(token)).toBeUndefined();
    expect(links.readHook('fal', tokenOf(links.media(FILE)))).toBeUndefined();
  });

  it('is worth nothing once a byte of it is changed, cut off, or signed with another key', () => {
    const { links, tokenOf } = make();
    const token = tokenOf(links.media(FILE));
    for (let at = 0; at < token.length; at += 1) {
      const other = token[at] === 'A' ? 'B' : 'A';
      const changed = token.slice(0, at) + other + token.slice(at + 1);
      // The last character of a signature may carry bits that mean nothing; the bytes are what is signed.
      if (
        Buffer.from(changed.split('.')[1] ?? '', 'base64url').equals(
          Buffer.from(token.split('.')[1] ?? '', 'base64url'),
        ) &&
        changed.split('.')[0] === token.split('.')[0]
      )
        continue;
      expect(worth(() => links.readMedia(changed))).toBeUndefined();
    }
    const foreign = createLinks({ publicUrl: 'https://x', secretKey: 'another', clock: { now: () => 0 } });
    for (const bad of [
      '',
      '.',
      '..',
      token.slice(0, -5),
      `${token}.x`,
      token.split('.')[0] ?? '',
      tokenOf(foreign.media(FILE)),
    ]) {
      expect(worth(() => links.readMedia(bad))).toBeUndefined();
    }
  });
});
