import { describe, expect, it } from 'vitest';
import { createOrigins, isAttachment } from '../../../src/chat/discord/inbound/origins.ts';

const origins = createOrigins([
  'https://cdn.discordapp.com',
  'https://media.discordapp.net/',
  'https://proxy.example/discord',
]);

describe("Discord's own addresses", () => {
  it.each([
    ['https://cdn.discordapp.com/attachments/1/2/a.png?ex=1', 'attachments/1/2/a.png'],
    ['https://media.discordapp.net/stickers/1.gif', 'stickers/1.gif'],
    ['https://proxy.example/discord/attachments/1/2/a.png', 'attachments/1/2/a.png'],
    ['https://proxy.example/discordant/a.png', undefined],
    ['https://proxy.example/discord/../a.png', undefined],
    ['http://cdn.discordapp.com/attachments/1/2/a.png', undefined],
    ['https://cdn.discordapp.com.evil.example/attachments/1/2/a.png', undefined],
    ['https://cdn.discordapp.com@evil.example/attachments/1/2/a.png', undefined],
    ['https://cdn.discordapp.com:444/attachments/1/2/a.png', undefined],
    ['no address', undefined],
  ])('are told from others’: %s', (address, path) => {
    expect(origins.pathOf(address)).toBe(path);
  });

  it('name every place where a file may lie, the likeliest first', () => {
    expect(origins.placesOf('stickers/1.gif', 'media')).toEqual([
      'https://media.discordapp.net/stickers/1.gif',
      'https://cdn.discordapp.com/stickers/1.gif',
      'https://proxy.example/discord/stickers/1.gif',
    ]);
  });

  it('are signed anew for uploads alone', () => {
    const paths = [
      'attachments/1/2/a.png',
      'ephemeral-attachments/1/2/a.png',
      'stickers/1.gif',
      'attachments/1/2',
    ];
    expect(paths.map(isAttachment)).toEqual([true, false, false, false]);
  });
});
