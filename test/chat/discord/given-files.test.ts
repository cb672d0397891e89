import { describe, expect, it } from 'vitest';
import { kindOf } from '../../../src/chat/discord/inbound/given-files.ts';
import { filesLinkedIn, filesOn, joined } from '../../../src/chat/discord/inbound/message-files.ts';
import { createOrigins } from '../../../src/chat/discord/inbound/origins.ts';
import { passedOn } from '../../../src/core/trust/consent.ts';

describe('a file on a Discord message', () => {
  it.each(['IMG_0001.HEIC', 'photo.heif', 'DSC0001.HIF', 'a.avif', 'b.jpg'])(
    'is a picture by its ending where Discord knows no type (%s)',
    (name) => {
      expect(kindOf({ name })).toBe('image');
    },
  );
});

describe('whose a file on a Discord message is', () => {
  const CDN = 'https://cdn.discordapp.com';
  const origins = createOrigins([CDN, 'https://media.discordapp.net', 'https://images-ext-1.discordapp.net']);
  const holder = { content: '', attachments: [], components: [], embeds: [], sticker_items: [] };
  const upload = `${CDN}/attachments/1/2/a.png`;
  const attachments = [{ id: '2', url: upload, filename: 'a.png', size: 1 }];
  const onMessage = (content: string, more = {}) =>
    filesOn({ ...holder, message_snapshots: [], content, ...more }, origins, 'discord:7');
  const posters = ({ files }: ReturnType<typeof filesOn>) => files.map(({ postedBy }) => postedBy);

  it.each([
    [`${CDN}/avatars/8/abc.png?size=1024`, 'discord:8'],
    [`${CDN}/avatars/7/%2e%2e/8/abc.png`, 'discord:8'],
    [`${CDN}/guilds/1/users/8/avatars/abc.png`, 'discord:8'],
    [`${CDN}/banners/8/abc.png`, 'discord:8'],
    [
      'https://images-ext-1.discordapp.net/external/x/%3Fsize%3D9/https/cdn.discordapp.com/avatars/8/a.png',
      'discord:8',
    ],
    [`https://images-ext-1.discordapp.net/external/x/https/evil.test/avatars/7/a.png`, passedOn('discord:7')],
    [upload, passedOn('discord:7')],
  ])('is told by its link: %s', (link, postedBy) => {
    expect(posters(onMessage(link))).toEqual([postedBy]);
    const typed = postedBy === 'discord:8' ? postedBy : passedOn();
    expect(posters(filesLinkedIn(link, origins))).toEqual([typed]);
  });

  it('is its author’s where it was uploaded there, also where they link to it, and not where they forward it', () => {
    expect(posters(onMessage(upload, { attachments }))).toEqual(['discord:7']);
    const message_snapshots = [{ message: { ...holder, attachments } }];
    expect(posters(onMessage('', { message_snapshots }))).toEqual([passedOn('discord:7')]);
  });

  it('is whose upload it was where one message links to it and another has it', () => {
    const theirs = filesOn({ ...holder, message_snapshots: [], attachments }, origins, 'discord:8');
    expect(posters(joined([onMessage(upload), theirs], origins))).toEqual(['discord:8']);
  });
});
