import { describe, expect, it } from 'vitest';
import { wordsFor } from '../../../src/words/index.ts';
import { withDoubts } from '../../fakes/doubtful.ts';
import { createRemote } from '../../fakes/remote.ts';
import { sampleClip, sampleImage } from '../../samples.ts';
import { ada, createHarness } from './harness.ts';

const { t } = wordsFor('en');
const photo = await sampleImage();
const clip = await sampleClip();
const MANY = t('coach.finding.several-people-in-image', { people: 3 });
const CUT = t('coach.finding.clip-cuts', { at: '0:05' });

async function inPrivate() {
  const remote = createRemote('paid');
  const { remotes, ...world } = withDoubts(remote);
  const harness = await createHarness({ remote, world: { remotes, ...world } });
  const { user, chat } = await ada(harness);
  const sends = (what: Parameters<typeof harness.telegram.sends>[2]) =>
    harness.telegram.sends(user, chat, what);
  return { harness, telegram: harness.telegram, chat, sends };
}

describe('/check in private', () => {
  it('says of a picture alone who is in it, shows them by their numbers, and makes no job', async () => {
    const { harness, telegram, chat, sends } = await inPrivate();
    await sends({ photo, caption: '/check' });
    await harness.hears(chat, MANY);
    await telegram.waitFor(() => telegram.said(chat).find((one) => one.photo));
    expect(await harness.jobs()).toEqual([]);
  });

  it('says of a picture and a clip what mends them, with its price', async () => {
    const { harness, chat, sends } = await inPrivate();
    const first = await sends({ photo });
    await harness.calm();
    await sends({ video: clip, caption: '/check', replyTo: first });
    await harness.hears(chat, CUT);
    await harness.hears(chat, 'Use 0:00–0:05 · $0.35 instead of $0.63');
    expect(await harness.jobs()).toEqual([]);
  });

  it('says how it is used where nothing comes with it', async () => {
    const { harness, chat, sends } = await inPrivate();
    await sends({ text: '/check' });
    await harness.hears(chat, t('coach.usage'));
  });
});
