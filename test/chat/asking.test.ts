/** The question about a dearer offer, in every chat: what it says, who may answer it, and what an answer does. */
import { describe, expect, it } from 'vitest';
import { statusPage } from '../../src/chat/cards.ts';
import { phaseOf } from '../../src/chat/status.ts';
import { LOCALES, wordsFor } from '../../src/words/index.ts';
import { ADA, ADMIN, buttonsOf, createFakeChat, EVE, labelsOf, textOf } from '../fakes/chat.ts';
import { jobIn } from '../fakes/jobs.ts';
import { createRemote, withDearer } from '../fakes/remote.ts';
import type { WorldOptions } from '../fakes/world.ts';

const { t } = wordsFor('en');
const GO_ON = 'Go on for $0.42';

async function asking(options: WorldOptions = {}) {
  const remotes = withDearer(createRemote('paid'));
  const chat = createFakeChat({ remotes, ...options });
  const message = await chat.animate();
  await chat.runsOnce();
  return { chat, message, dear: remotes[1] };
}

describe('a dearer offer', () => {
  it('is asked about on the message of the job', async () => {
    const { message } = await asking();
    expect(textOf(message)).toContain("paid can't take it. dear can, for $0.42.");
    expect(textOf(message)).toContain('Nothing is sent before you confirm.');
    expect(labelsOf(message)).toEqual([GO_ON, 'Decline']);
  });

  it('goes on with one press, and a second one changes nothing', async () => {
    const { chat, message, dear } = await asking();
    const id = buttonsOf(message)[0]?.id ?? '';
    await chat.press(ADA, message, GO_ON);
    expect(labelsOf(message)).toEqual(['Cancel']);
    await chat.runs();
    await chat.press(ADA, message, id);
    expect(await chat.jobs()).toMatchObject([{ state: 'delivered', costMicros: 420_000 }]);
    expect(dear.submits).toHaveLength(1);
  });

  it.each([
    ['somebody else', EVE],
    ['an admin', ADMIN],
  ])('is not for %s to take', async (_, who) => {
    const { chat, message, dear } = await asking();
    await chat.press(who, message, GO_ON);
    expect(chat.last()).toMatchObject({ for: who.id, page: { lines: [t('told.not-yours')] } });
    expect([labelsOf(message), dear.submits]).toEqual([[GO_ON, 'Decline'], []]);
  });

  it('ends the job with a no, also of an admin, but not of somebody else', async () => {
    const { chat, message } = await asking();
    await chat.press(EVE, message, 'Decline');
    expect(labelsOf(message)).toEqual([GO_ON, 'Decline']);
    await chat.press(ADMIN, message, 'Decline');
    expect(await chat.jobs()).toMatchObject([{ state: 'cancelled', costMicros: 0 }]);
  });

  it('has expired after ten minutes', async () => {
    const { chat, message } = await asking();
    const id = buttonsOf(message)[0]?.id ?? '';
    await chat.runs();
    expect(textOf(message)).toContain(t('failure.not-confirmed'));
    expect(labelsOf(message)).toEqual(['Again']);
    await chat.press(ADA, message, id);
    expect(chat.last()).toMatchObject({ page: { lines: [t('refusal.offer-expired')] } });
  });

  it('that a limit has no room for is refused in words, and stays', async () => {
    const limits: WorldOptions['limits'] = [
      { who: { kind: 'everyone' }, period: 'day', unit: 'usd', max: 300_000 },
    ];
    const { chat, message } = await asking({ limits });
    await chat.press(ADA, message, GO_ON);
    expect(chat.last().for).toBe(ADA.id);
    expect(textOf(chat.last())).toContain('$0.30');
    expect(labelsOf(message)).toEqual([GO_ON, 'Decline']);
  });

  it('whose price rose is asked about anew, and the member is told so', async () => {
    const { chat, message, dear } = await asking();
    dear.provider.quote = async () => ({ micros: 500_000, notes: [] });
    await chat.press(ADA, message, GO_ON);
    expect(textOf(chat.last())).toBe(t('confirm.dearer'));
    expect(labelsOf(message)).toEqual(['Go on for $0.50', 'Decline']);
  });

  it('whose price rose is taken at its new price from the list of jobs as well', async () => {
    const { chat, dear } = await asking();
    const list = await chat.says(ADA, 'jobs');
    dear.provider.quote = async () => ({ micros: 500_000, notes: [] });
    for (const _ of ['first', 'second']) {
      await chat.press(ADA, list, GO_ON);
      expect(textOf(chat.last())).toBe(t('confirm.dearer'));
      expect(labelsOf(chat.last())).toEqual(['Go on for $0.50']);
    }
    await chat.press(ADA, chat.last(), 'Go on for $0.50');
    await chat.runs();
    expect(await chat.jobs()).toMatchObject([{ state: 'delivered', quote: { micros: 500_000 } }]);
  });

  it.each(['go-on|CODE', 'go-on|CODE|x', 'go-on|CODE|-1'])('is not taken by %s', async (id) => {
    const { chat, message, dear } = await asking();
    const [job] = await chat.jobs();
    await chat.press(ADA, message, id.replace('CODE', job?.code ?? ''));
    expect(textOf(chat.last())).toBe(t('told.too-old'));
    expect(dear.submits).toEqual([]);
  });

  it('can be taken from the list of jobs', async () => {
    const { chat } = await asking();
    const list = await chat.says(ADA, 'jobs');
    expect(textOf(list)).toContain('waits for a yes');
    await chat.press(ADA, list, GO_ON);
    expect(textOf(chat.last())).toBe('It goes on, for $0.42.');
    await chat.runs();
    expect(await chat.jobs()).toMatchObject([{ state: 'delivered' }]);
  });

  it.each(LOCALES)('names both providers and the price in %s', (language) => {
    const words = wordsFor(language);
    for (const why of ['refused', 'silent', 'dearer'] as const) {
      const job = { ...jobIn('asking'), stop: { provider: 'fal', why } };
      const said = words.job(job);
      expect(said).toContain('RunPod');
      expect(said).toContain(words.money(420_000));
      expect(said.includes('fal.ai')).toBe(why !== 'dearer');
      expect(words.t('button.go-on', { price: '$0.42' }).length).toBeLessThan(40);
    }
  });
});

describe('a provider that does not answer', () => {
  const job = { ...jobIn('created'), unanswered: { provider: 'fal', since: 1 } };

  it('is named on the message of the job, which says that it is tried again', () => {
    const page = statusPage(wordsFor('en'), job, { usualMs: undefined, now: 0 });
    expect(page.title).toBe('Trying to reach fal.ai');
    expect(page.lines).toContain("fal.ai doesn't answer. I keep trying…");
  });

  it('is news, as is each question anew', () => {
    expect(phaseOf(job)).not.toBe(phaseOf(jobIn('created')));
    const question = jobIn('asking');
    expect(phaseOf({ ...question, until: question.until + 1 })).not.toBe(phaseOf(question));
  });
});
