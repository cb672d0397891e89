import { describe, expect, it } from 'vitest';
import { statusPage } from '../../../src/chat/cards.ts';
import { actionId } from '../../../src/chat/page.ts';
import { jobsPage } from '../../../src/chat/pages.ts';
import {
  ITEMS_SHOWN,
  keyboardOf,
  linesOf,
  messageOf,
  readCallbackData,
  textOf,
} from '../../../src/chat/telegram/render.ts';
import type { JobState } from '../../../src/core/job/job.ts';
import { wordsFor } from '../../../src/words/index.ts';
import { FACTS } from '../../fakes/chat-facts.ts';
import { jobIn } from '../../fakes/jobs.ts';

const words = wordsFor('en');
const NOW = 1_700_000_060_000;
const lineOf = (length: number) => 'x'.repeat(length);

describe('a page on Telegram', () => {
  it('shows its title, how far it is and how long it takes as words', () => {
    const card = { title: 'Rendering', lines: ['a + b'], bar: 0.34, endsAt: NOW + 95_000 };
    expect(textOf(card, words, { now: NOW }).text).toBe(
      '<b>Rendering</b>\n▰▰▰▱▱▱▱▱▱▱ 34% · about 2 min left\na + b',
    );
    expect(textOf({ ...card, endsAt: NOW + 12_000 }, words, { now: NOW }).text).toContain('about 20 s left');
    expect(textOf({ ...card, endsAt: NOW - 1 }, words, { now: NOW }).text).not.toContain('left');
  });

  it('lets no name of a file speak HTML', () => {
    const job = jobIn('running');
    job.inputs.image.name = '<a href="tg://user?id=1">x</a> & y';
    const { text } = textOf(statusPage(words, job, { usualMs: undefined, now: NOW }), words, { now: NOW });
    expect(text).toContain('&lt;a href=&quot;tg://user?id=1&quot;&gt;x&lt;/a&gt; &amp; y');
    expect(text.replace(/^<b>.*<\/b>/, '')).not.toMatch(/[<>]/);
  });

  it('is cut at whole lines, counted as Telegram does: without markup', () => {
    const card = { title: 'Title', lines: [lineOf(500), '&'.repeat(500), lineOf(50)] };
    const { text } = textOf(card, words, { now: NOW, max: 1024 });
    // 5 + 501 + 501 + 51 is over 1024: the last line goes, and no entity of the second is broken.
    expect(text).toBe(`<b>Title</b>\n${lineOf(500)}\n${'&amp;'.repeat(500)}`);
  });

  it('is cut between two characters where a single line is too long', () => {
    const { text } = linesOf(['😀'.repeat(600)], 1024);
    expect(text).toBe(`${'😀'.repeat(511)}…`);
    expect(text.isWellFormed()).toBe(true);
  });
});

describe('buttons', () => {
  it('say what they do and to what', () => {
    const action = { verb: 'new-image', code: 'K7RMP2', arg: 'x|y' };
    expect(readCallbackData(actionId(action))).toEqual(action);
    expect(readCallbackData('cancel|K7RMP2')).toEqual({ verb: 'cancel', code: 'K7RMP2' });
  });

  it.each([
    ['forget-ask|-', { verb: 'forget', code: '-' }],
    ['delete-now|K7RMP2', { verb: 'delete-yes', code: 'K7RMP2' }],
    ['usage-csv|month', { verb: 'csv', code: 'month' }],
  ])('are still understood as an earlier version wrote them: %s', (data, action) => {
    expect(readCallbackData(data)).toEqual(action);
  });

  it.each(['', 'cancel', '|K7RMP2', 'DROP TABLE|x', 'cancel|'])('take %j for none of ours', (data) => {
    expect(readCallbackData(data)).toBeUndefined();
  });

  it('never send more than Telegram carries', () => {
    expect(() => actionId({ verb: 'cancel', code: 'ü'.repeat(29) })).toThrow(RangeError);
    expect(Buffer.byteLength(actionId({ verb: 'cancel', code: 'ü'.repeat(28) }))).toBe(63);
  });

  it('have rows of their own where their labels are long', () => {
    const of = (verb: string, wide = false) => ({
      verb,
      code: 'K7RMP2',
      label: verb,
      ...(wide ? { wide: true as const } : {}),
    });
    const page = { lines: ['x'], rows: [[of('again'), of('new-image', true), of('details')]] };
    const { reply_markup } = messageOf(words, page);
    expect(reply_markup?.inline_keyboard.map((row) => row.map(({ text }) => text))).toEqual([
      ['new-image'],
      ['again', 'details'],
    ]);
  });

  it('stand in rows, empty ones left out', () => {
    expect(keyboardOf([[], []])).toBeUndefined();
    expect(
      keyboardOf([[{ text: 'A', callback_data: 'a|b' }], [], [{ text: 'B', url: 'https://x.example/' }]]),
    ).toEqual({
      inline_keyboard: [[{ text: 'A', callback_data: 'a|b' }], [{ text: 'B', url: 'https://x.example/' }]],
    });
  });
});

describe('the list of jobs on Telegram', () => {
  const many = (count: number, state: JobState, from = 0) =>
    Array.from({ length: count }, (_, index) => jobIn(state, { id: `telegram-${from + index}` }));
  const jobsBody = (jobs: ReturnType<typeof many>) =>
    messageOf(words, jobsPage(words, jobs, 'Jobs', { ...FACTS, room: ITEMS_SHOWN }));

  it('has a button for every kept video on it, and first for the one that nobody could be given', () => {
    const [lost] = many(1, 'completed', 100);
    if (!lost) throw new Error('no job');
    const { reply_markup } = jobsBody([...many(12, 'queued'), ...many(7, 'delivered', 20), lost]);
    const buttons = JSON.stringify(reply_markup).match(/"callback_data":"[^"]+"/g) ?? [];
    expect(buttons[0]).toContain(lost.code);
    expect(buttons.filter((data) => data.includes('send'))).toHaveLength(8);
  });

  it('names the codes of the kept videos that it has no room for, and how to ask for one', () => {
    const jobs = many(22, 'delivered');
    const [first, second] = jobs.slice(20).map(({ code }) => code);
    const said = words.t('jobs.more', { codes: `${first}, ${second}`, command: `/jobs ${first}` });
    expect(jobsBody(jobs).text).toContain(said);
    expect(jobsBody(many(20, 'delivered')).text).not.toContain('/jobs');
  });

  it('names them also where names are so long that not every line has room', () => {
    const jobs = many(300, 'delivered').map((job) => ({
      ...job,
      inputs: { ...job.inputs, image: { ...job.inputs.image, name: 'x'.repeat(900) } },
    }));
    const { text } = jobsBody(jobs);
    expect(text.length).toBeLessThan(4096);
    expect(text).toContain(`/jobs ${jobs[20]?.code}`);
  });
});
