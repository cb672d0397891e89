import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { buttonsOf, textOf } from '../../../simulators/telegram/telegram.ts';
import { memberShelf } from '../../../src/core/library/item.ts';
import type { Media } from '../../../src/core/media.ts';
import { wordsFor } from '../../../src/words/index.ts';
import { aMotion, manyMotions } from '../../fakes/items.ts';
import { sampleClip } from '../../samples.ts';
import { ada, createHarness, type Harness } from './harness.ts';

const { t } = wordsFor('en');

/** What a chat shows that has no previews yet is the words alone. */
const media: Partial<Media> = {
  preview: async (_path, to) => {
    await writeFile(to, 'webp');
    return true;
  },
  previewSheet: async (_tiles, to) => {
    await writeFile(to, await GIF());
    return true;
  },
};
/** The simulated Telegram looks at what it is given. */
const GIF = async (): Promise<Buffer> => {
  const { default: sharp } = await import('sharp');
  const red = { r: 255, g: 0, b: 0 };
  return sharp({ create: { width: 8, height: 8, channels: 3, background: red } })
    .gif()
    .toBuffer();
};

async function inPrivate() {
  const harness = await createHarness({ world: { media } });
  const one = await ada(harness);
  const sends = (what: Parameters<Harness['telegram']['sends']>[2]) =>
    harness.telegram.sends(one.user, one.chat, what);
  const press = async (label: string): Promise<void> => {
    const message = await harness.telegram.waitFor(() =>
      harness.telegram.said(one.chat).findLast((said) => buttonsOf(said).flat().includes(label)),
    );
    await harness.telegram.press(one.user, message, label).done;
  };
  return { harness, telegram: harness.telegram, ...one, sends, press };
}

/** Ada keeps a clip that she sent. */
async function withMotion(name = 'Shuffle') {
  const all = await inPrivate();
  await all.sends({ video: all.clip, caption: `/motion add ${name}` });
  await all.harness.hears(all.chat, `Keep ${name} as a motion?`);
  await all.harness.calm();
  await all.press('Save for me');
  await all.harness.hears(all.chat, t('library.done-kept'));
  await all.harness.calm();
  return all;
}

describe('/motion add with a clip', () => {
  it('shows what would be kept, with a preview that moves, and keeps it with a press', async () => {
    const { harness, telegram, chat, user } = await withMotion();
    expect(telegram.said(chat).some((message) => message.animation !== undefined)).toBe(true);
    expect(await harness.world.disk.library.on([memberShelf(`telegram:${user.id}`)], 'motion')).toMatchObject(
      [{ name: 'Shuffle', scope: 'mine' }],
    );
    expect(await harness.jobs()).toEqual([]);
  });

  it('takes the clip of the message that it answers', async () => {
    const { harness, chat, sends, clip } = await inPrivate();
    const first = await sends({ video: clip });
    await harness.calm();
    await sends({ text: '/motion add Shuffle', replyTo: first });
    await harness.hears(chat, 'Keep Shuffle as a motion?');
  });

  it('says how it is done where there is no clip', async () => {
    const { harness, chat, sends } = await inPrivate();
    await sends({ text: '/motion add Shuffle' });
    await harness.hears(chat, t('library.how-motion'));
  });

  it('refuses a name that nobody could type', async () => {
    const { harness, chat, sends, clip } = await inPrivate();
    await sends({ video: clip, caption: '/motion add 💃🕺' });
    await harness.hears(chat, t('refusal.bad-name-no-letters'));
  });
});

describe('a picture with /animate and a name below it', () => {
  it('is animated with the motion of that name, by three letters', async () => {
    const { harness, sends, photo } = await withMotion();
    await sends({ photo, caption: '/animate shu' });
    await harness.until('delivered');
    const [job] = await harness.jobs();
    const [motion] = await harness.world.disk.library.ofOwner(job?.requester.memberId ?? '');
    expect(job?.inputs.clip).toMatchObject({ key: motion?.file.key, item: motion?.id });
    expect(job?.request.prompt).toBeUndefined();
  });

  it('is animated with that motion, also where a clip was sent shortly before, once they have seen so', async () => {
    const { harness, chat, sends, photo, clip, press } = await withMotion();
    await sends({ video: clip });
    await sends({ photo, caption: '/animate shu' });
    await harness.hears(chat, 'picture + Shuffle');
    expect(await harness.jobs()).toEqual([]);
    await press('Confirm');
    await harness.until('delivered');
    const [job] = await harness.jobs();
    expect([job?.inputs.clip.name, job?.request.prompt]).toEqual(['Shuffle', undefined]);
  });

  it('waits for a clip where no motion is called so', async () => {
    const { harness, chat, sends, photo } = await withMotion();
    await sends({ photo, caption: '/animate in a foggy street' });
    await harness.hears(chat, t('ask.clip'));
  });

  it('may name it among its wishes, with blanks in quotes, and words of its own behind', async () => {
    const { harness, sends, photo } = await withMotion('Cha cha');
    await sends({ photo, caption: '/animate motion="cha cha" in a foggy street' });
    await harness.until('delivered');
    expect((await harness.jobs())[0]?.request.prompt).toBe('in a foggy street');
  });
});

describe('a motion or a character that is named among the wishes', () => {
  /** Ada keeps a picture that she sent. */
  async function withCharacter() {
    const all = await inPrivate();
    await all.sends({ photo: all.photo, caption: '/character add Mia' });
    await all.harness.hears(all.chat, 'Keep Mia as a character?');
    await all.harness.calm();
    await all.press('No real person');
    await all.harness.hears(all.chat, t('library.done-kept'));
    await all.harness.calm();
    return all;
  }

  it('is used with the clip of the same message', async () => {
    const { harness, sends, clip } = await withCharacter();
    await sends({ video: clip, caption: '/animate character=mia' });
    await harness.until('delivered');
    expect((await harness.jobs())[0]?.inputs.image.name).toBe('Mia');
  });

  it('is used with the clip that is sent next', async () => {
    const { harness, chat, sends, clip } = await withCharacter();
    await sends({ text: '/animate character=mia' });
    await harness.hears(chat, t('ask.clip-for-character'));
    await sends({ video: clip });
    await harness.until('delivered');
    expect((await harness.jobs())[0]?.inputs.image.name).toBe('Mia');
  });

  it('is used with the clip that was sent before', async () => {
    const { harness, chat, sends, clip } = await withCharacter();
    await sends({ video: clip });
    await harness.hears(chat, t('ask.image'));
    await sends({ text: '/animate character=mia' });
    await harness.until('delivered');
    expect((await harness.jobs())[0]?.inputs.image.name).toBe('Mia');
  });

  it('is used with the picture that is sent next, and with all that was said of it', async () => {
    const { harness, chat, sends, photo } = await withMotion();
    await sends({ text: '/animate motion=shuffle in a foggy street' });
    await harness.hears(chat, t('ask.picture-for-motion'));
    await sends({ photo });
    await harness.until('delivered');
    const [job] = await harness.jobs();
    expect(job?.inputs.clip.name).toBe('Shuffle');
    expect(job?.request.prompt).toBe('in a foggy street');
  });

  it('is used with the picture that was sent before', async () => {
    const { harness, chat, sends, photo } = await withMotion();
    await sends({ photo });
    await harness.hears(chat, t('ask.clip'));
    await sends({ text: '/animate motion=shuffle' });
    await harness.until('delivered');
    expect((await harness.jobs())[0]?.inputs.clip.name).toBe('Shuffle');
  });
});

describe('/motion list', () => {
  async function gallery(count: number) {
    const all = await inPrivate();
    const ownerId = `telegram:${all.user.id}`;
    for (const item of manyMotions(count, { scope: 'mine', ownerId }))
      await all.harness.world.disk.library.add(item, { shelf: 200, owner: 200 });
    await all.sends({ text: '/motion' });
    await all.harness.hears(all.chat, `1. 👤 Motion ${count - 1}`);
    await all.harness.calm();
    return all;
  }

  it('shows moving previews, leafs, and asks for the picture once one is taken', async () => {
    const { harness, telegram, chat, press, sends, photo } = await gallery(8);
    expect(telegram.said(chat).at(-1)?.animation).toBeDefined();
    await press('›');
    const page = await harness.hears(chat, '1. 👤 Motion 1');
    expect(textOf(page)).not.toContain('Motion 7');
    await press('1 · Motion 1');
    const ask = await harness.hears(chat, t('ask.picture-for-motion'));
    await harness.calm();
    const [motion] = await harness.world.disk.library.ofOwner(`telegram:${chat.id}`);
    if (!motion) throw new Error('none was made');
    // These have only names for files; the one that is used has bytes.
    const { files } = harness.core() && { files: harness.world.disk.files };
    await using temp = await files.temp('mp4');
    await (await import('node:fs/promises')).copyFile(await sampleClip(), temp.path);
    const file = await files.keep(temp.path, 'video/mp4');
    for (const { id } of await harness.world.disk.library.ofOwner(`telegram:${chat.id}`))
      await harness.world.disk.library.change(
        id,
        (one) => ({ ...one, file }) as typeof one,
        () => ({ shelf: 200, owner: 200 }),
      );
    await sends({ photo, replyTo: ask });
    await harness.until('delivered');
    expect((await harness.jobs())[0]?.inputs.clip.name).toBe('Motion 1');
  });

  it('names nothing of a member’s own where others read along, whoever leafs', async () => {
    const { harness, telegram, user } = await inPrivate();
    const group = telegram.group({ members: [user] });
    const { library } = harness.world.disk;
    const ownerId = `telegram:${user.id}`;
    const spaceId = `telegram:${group.id}`;
    for (const item of manyMotions(8, { scope: 'space', ownerId, spaceId }))
      await library.add(item, { shelf: 200, owner: 200 });
    const own = { id: 'mOwn', name: 'Only mine', scope: 'mine', ownerId, createdAt: 9000 } as const;
    await library.add(aMotion(own), { shelf: 200, owner: 200 });
    await telegram.sends(user, group, { text: '/motion@strut_sim_bot list' });
    const shown = await harness.hears(group, '1. Motion 7');
    await telegram.press(user, shown, '›').done;
    await harness.hears(group, 'Motion 1');
    expect(telegram.said(group).map(textOf).join()).not.toContain('Only mine');
  });

  it('says how to begin where there is nothing', async () => {
    const { harness, chat, sends } = await inPrivate();
    await sends({ text: '/character list' });
    await harness.hears(chat, t('library.none-character'));
  });
});

describe('characters without a motion', () => {
  it('are told to name one of the library, with a clip as well', async () => {
    const { harness, telegram, chat, sends, clip } = await inPrivate();
    const told = t('refusal.missing-motion', { command: '/motion' });
    await sends({ text: '/animate characters="ann, bob"' });
    await harness.hears(chat, told);
    await sends({ video: clip, caption: '/animate characters="ann, bob"' });
    await harness.until(() => telegram.said(chat).filter((said) => textOf(said).includes(told)).length === 2);
    expect(await harness.jobs()).toEqual([]);
  });
});

describe('a motion of one’s own', () => {
  it('is renamed with what stands between two names, shown with its numbers, and removed', async () => {
    const { harness, chat, sends } = await withMotion();
    await sends({ text: '/motion rename shuf = Cha cha' });
    await harness.hears(chat, t('library.done-renamed', { name: 'Cha cha' }));
    await sends({ text: '/motion show cha' });
    await harness.hears(chat, t('library.unused'));
    await sends({ text: '/motion rename cha' });
    await harness.hears(chat, '/motion rename OLD = NEW');
    await sends({ text: '/motion remove Cha cha' });
    await harness.hears(chat, t('library.removed', { name: 'Cha cha' }));
    expect(await harness.world.disk.library.ofOwner(`telegram:${chat.id}`)).toEqual([]);
  });
});
