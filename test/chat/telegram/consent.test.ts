import { describe, expect, it } from 'vitest';
import { textOf } from '../../../simulators/telegram/telegram.ts';
import { LOCALES, wordsFor } from '../../../src/words/index.ts';
import { audited } from '../../contracts/audit.ts';
import { ada, createHarness, type HarnessOptions } from './harness.ts';

async function inGroup({ world = {} }: Pick<HarnessOptions, 'world'> = {}) {
  const harness = await createHarness({ world, telegram: { privacy: false } });
  const { telegram } = harness;
  const one = await ada(harness);
  const admin = telegram.user({ first_name: 'Grace' });
  const group = telegram.group({ creator: admin, members: [one.user] });
  const asks = () =>
    telegram.album(one.user, group, [{ photo: one.photo }, { video: one.clip }], { caption: '/animate' });
  return { harness, telegram, ...one, admin, group, asks };
}
const asking = { world: { consents: 'asked' } } as const;

describe('the first job of a member on Telegram', () => {
  it('takes one press, on the very message that then tells how it stands; the second takes none', async () => {
    const { harness, telegram, user, group, asks } = await inGroup(asking);
    await asks();
    const question = await harness.hears(group, 'Whom does the picture show?');
    expect(textOf(question)).toContain('Picture, clip and prompt go to paid');
    expect(harness.remote.submits).toEqual([]);
    await telegram.press(user, question, 'No real person').done;
    await harness.video(group);
    expect((await harness.hears(group, 'Done.')).message_id).toBe(question.message_id);
    await asks();
    await expect.poll(() => harness.jobs()).toHaveLength(2);
    expect(await audited(harness.world.disk.audit)).toMatchObject([{ answer: 'no-person' }]);
  });

  it('is nobody else’s to answer for, who is told so kindly', async () => {
    const { harness, telegram, admin, group, asks } = await inGroup(asking);
    await asks();
    const question = await harness.hears(group, 'Whom does the picture show?');
    const press = telegram.press(telegram.user({ first_name: 'Bo' }), question, "It's me");
    await press.done;
    expect(press.answer?.text).toContain('belongs to whoever asked');
    await telegram.press(admin, question, "It's me").done;
    expect(await harness.jobs()).toEqual([]);
    expect(await audited(harness.world.disk.audit)).toEqual([]);
  });
});

describe('a member on Telegram who has opted out', () => {
  it('has no picture of theirs animated by others, also not forwarded, until they take it back', async () => {
    const { harness, telegram, user, admin, photo, clip, group } = await inGroup();
    await telegram.sends(admin, group, { text: '/optout' });
    await harness.hears(group, 'Nobody else can animate');
    const replyTo = await telegram.sends(admin, group, { photo });
    await telegram.sends(user, group, { video: clip, caption: '/animate', replyTo });
    await harness.hears(group, "This picture can't be used here.");
    expect(await harness.jobs()).toEqual([]);
    await telegram.sends(admin, group, { text: '/optout off' });
    await harness.hears(group, 'can animate pictures and clips of yours again');
    await telegram.sends(user, group, { video: clip, caption: '/animate', replyTo });
    await harness.hears(group, 'Somebody else posted this picture');
  });
});

describe('what Telegram wants a bot to answer', () => {
  it.each(LOCALES)('is answered in %s', async (locale) => {
    const harness = await createHarness();
    const { user, chat } = await ada(harness, { language_code: locale });
    const { t } = wordsFor(locale);
    for (const name of ['terms', 'paysupport'] as const) {
      await harness.telegram.sends(user, chat, { text: `/${name}` });
      await harness.hears(chat, t(`told.${name}`).slice(0, 30));
    }
    await harness.telegram.sends(user, chat, { text: '/privacy' });
    await harness.hears(chat, t('privacy.optout').slice(0, 30));
  });
});

describe('a member’s data on Telegram', () => {
  it('comes as an archive in private, and in a group only the way there', async () => {
    const { harness, telegram, user, chat, group } = await inGroup();
    await telegram.sends(user, chat, { text: '/privacy export' });
    const page = await harness.hears(chat, 'What is kept');
    await telegram.press(user, page, 'Get my data').done;
    const sent = await harness.hears(chat, 'Here is everything');
    expect(sent.document?.file_name).toBe('my-data.zip');

    await telegram.sends(user, group, { text: '/privacy' });
    const seen = await harness.hears(group, 'What is kept');
    const press = telegram.press(user, seen, 'Get my data');
    await press.done;
    expect(press.answer?.text).toContain('Ask me in private');
    expect(telegram.said(group).filter(({ document }) => document)).toEqual([]);
  });
});
