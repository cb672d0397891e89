import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScrub } from '../src/scrub.ts';

const scrub = createScrub([]);
const UUID = '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9';
const HEX = '00112233445566778899aabbccddeeff';
const TELEGRAM = '7000000001:AAabcdefghijklmnopqrstuvwxyz_-01234';

describe('whatever looks like a secret', () => {
  it.each([
    ['a Telegram bot token', TELEGRAM, `getMe with ${TELEGRAM} failed`],
    ['it in an address', TELEGRAM, `https://api.telegram.org/file/bot${TELEGRAM}/photos/1.jpg`],
    ['it in an address within an address', 'AAabcdef', `?url=bot7000000001%3A${TELEGRAM.slice(11)}`],
    ['a Discord bot token', 'abc_DEF', 'MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7_abc_DEF'],
    [
      'an interaction token',
      'SECRET',
      '/api/v10/webhooks/123456789012345678/aW50ZXJhY3Rpb246SECRETxyz?wait=true',
    ],
    [
      'an interaction token without its address',
      'SECRET',
      'token aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1SECRET is not valid',
    ],
    ['one in a callback', 'SECRET', 'POST /interactions/123456789012345678/abcdefghSECRETabcdefghi/callback'],
    ['a fal.ai key', HEX, `{"key":"${UUID}:${HEX}"}`],
    ['a RunPod key', 'SECRET', 'with rpa_0123456789ABCDEFGHIJSECRET'],
    ['a bearer', 'SECRET1', "authorization: 'Bearer abcdefgh-SECRET1'"],
    ['a key header', 'SECRET1', '"Authorization":"Key abcdefgh:SECRET1"'],
    ['a bot header', 'SECRET1', 'Authorization: Bot abcdefgh.SECRET1'],
    ['a password in an address', 'SECRET', 'postgres://strut:SECRET@db.example/strut'],
    ['a signed address', 'SECRET', 'https://cdn.example/a.png?ex=1&hm=SECRET&X-Amz-Signature=SECRET'],
    ['a link of our own', 'SECRET', 'GET /media/eyJmb3IiOiJtZWRpYSJ9.aaaaaaaaaaaaaaaaSECRET'],
    ['a webhook of our own', 'SECRET', 'POST /hooks/fal/eyJmb3IiOiJob29rIn0.aaaaaaaaaaaaaaSECRET'],
  ])('is hidden: %s', (_what, secret, line) => {
    expect(line).toContain(secret);
    expect(scrub(line)).not.toContain(secret);
    expect(scrub(line)).toContain('[hidden]');
  });

  it('leaves the rest of the line as it was', () =>
    expect(scrub(`POST https://api.telegram.org/bot${TELEGRAM}/getMe took 3 ms`)).toBe(
      'POST https://api.telegram.org/bot[hidden]/getMe took 3 ms',
    ));

  it('keeps what came before a token, so that the line still says where', () =>
    expect(scrub('/webhooks/123456789012345678/abcdefghijklmnopqrstuvwxyz/messages')).toBe(
      '/webhooks/123456789012345678/[hidden]/messages',
    ));
});

describe('what is no secret', () => {
  it.each([
    '[12:00:00] INFO: page at http://127.0.0.1:8080',
    'job moved job: "7QK2MP" from: "queued" to: "running"',
    'Key words: something with words only',
    'at Object.<anonymous> (file:///srv/strut/src/core/step.ts:120:15)',
    'https://discord.com/oauth2/authorize?client_id=123456789012345678&scope=bot',
    'discord:123456789012345678 in telegram:-1001234567890',
    `fal request ${UUID} is IN_QUEUE`,
    `the file ${'ab01'.repeat(16)}.mp4 could not be removed`,
  ])('stays: %s', (line) => expect(scrub(line)).toBe(line));
});

describe('the secrets of this very bot', () => {
  const SECRET = 'correct "horse"/battery+staple';
  const own = createScrub([SECRET, 'id-part:key-part-0', 'short']);

  it.each([
    ['as they are', SECRET],
    ['in an address', encodeURIComponent(SECRET)],
    ['in JSON', JSON.stringify({ error: `bad ${SECRET}` })],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['the second part alone', 'unknown key key-part-0'],
  ])('are hidden %s', (_how, line) => {
    expect(own(line)).toContain('[hidden]');
    expect(own(line)).not.toContain('battery');
    expect(own(line)).not.toContain('key-part-0');
  });

  it('are not looked for when they are as short as a word', () =>
    expect(own('a short line')).toBe('a short line'));

  it('are hidden wherever they stand, whatever they are made of', () =>
    fc.assert(
      fc.property(
        fc.string({ minLength: 8, unit: 'binary' }),
        fc.string(),
        fc.string(),
        (secret, before, after) => {
          const line = createScrub([secret])(before + secret + after);
          expect(line).toContain('[hidden]');
          if (!(before + after).includes(secret.slice(0, 8))) expect(line).not.toContain(secret);
        },
      ),
      { numRuns: 30 },
    ));
});

it('takes one pass over a long line, not one for each place in it', () => {
  // Each of these would take hours if a shape looked ahead to the end from every place.
  for (const piece of ['a', '1', 'a.', 'Key ', '://a:', '?sig', 'eyJa', '/media/', 'a-', '0a1b2c3d-'])
    scrub(piece.repeat(Math.ceil(200_000 / piece.length)));
});
