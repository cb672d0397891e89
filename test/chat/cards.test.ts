import { describe, expect, it } from 'vitest';
import { resultPage, statusPage } from '../../src/chat/cards.ts';
import { offerPage } from '../../src/chat/offer-page.ts';
import type { Page } from '../../src/chat/page.ts';
import type { Offer } from '../../src/core/intake/offer.ts';
import { cancellable } from '../../src/core/job/cancel.ts';
import type { Job, JobState } from '../../src/core/job/job.ts';
import { FORMS, MOVES } from '../../src/core/job/job.ts';
import type { QuotaLine } from '../../src/core/limits/quota.ts';
import { FAILURE_CODES } from '../../src/core/refusals.ts';
import { detailsLines, jobLine } from '../../src/words/details.ts';
import { LOCALES, wordsFor } from '../../src/words/index.ts';
import { forgottenLines, privacyLines } from '../../src/words/privacy.ts';
import { quotaLines } from '../../src/words/quota.ts';
import { jobIn } from '../fakes/jobs.ts';

const words = wordsFor('en');
const verbsOf = ({ rows = [] }: Page): string[] =>
  rows.flat().flatMap((control) => ('verb' in control ? [control.verb] : []));
const SUBMITTED = 1_700_000_001_000;
const at = (now: number, usualMs?: number) => ({ usualMs, now: SUBMITTED + now });
const inputs = (image?: string, clip?: string): Partial<Job> => {
  const plain = jobIn('created').inputs;
  return {
    inputs: {
      image: { ...plain.image, ...(image === undefined ? {} : { name: image }) },
      clip: { ...plain.clip, ...(clip === undefined ? {} : { name: clip }) },
    },
  };
};
const line: QuotaLine = {
  scope: 'member',
  period: 'day',
  maxMicros: 2_000_000,
  usedMicros: 280_000,
  heldMicros: 140_000,
  usedJobs: 1,
  heldJobs: 0,
  resetsAt: 1_800_000_000_000,
  timeZone: 'Europe/Berlin',
};

describe('the status of a job', () => {
  it.each(Object.keys(MOVES) as JobState[])(
    'that is %s has a title, no gaps, and Cancel just while that can save money',
    (state) => {
      const job = jobIn(state);
      const card = statusPage(words, job, at(1000, 60_000));
      expect([card.title, ...card.lines].join(' ')).not.toMatch(/undefined|NaN|\{\{|card\./);
      expect(card.title.length).toBeGreaterThan(3);
      expect(verbsOf(card).includes('cancel')).toBe(cancellable(job));
    },
  );

  it('names the files, the price, the provider and the place in line', () => {
    const card = statusPage(words, jobIn('queued', inputs('knight.png', 'dance.mp4')), at(0));
    expect(card.title).toBe('In line, place 2');
    expect(card.lines.slice(0, 2)).toEqual(['knight.png + dance.mp4', '$0.28 · 4 s · Standard · fal.ai']);
    expect(card.lines.at(-1)).toMatch(/^Job [2-9A-Z]{6}$/);
    expect(card).not.toHaveProperty('bar');
    expect(card).not.toHaveProperty('endsAt');
  });

  it('says picture and clip where they have no names, and keeps names to one short line', () => {
    expect(statusPage(words, jobIn('created'), at(0)).lines[0]).toBe('picture + clip');
    const [first = ''] = statusPage(
      words,
      jobIn('created', inputs('a\n\u202Eb.png', 'x'.repeat(300))),
      at(0),
    ).lines;
    expect(first).toMatch(/^a b\.png \+ x{39}…$/);
  });

  it('says what to know before paying, warnings first, and that a price is not exact', () => {
    const quote = jobIn('queued').quote;
    const { lines } = statusPage(
      words,
      jobIn('queued', {
        quote: { ...quote, notes: ['price-is-approximate', 'trimmed'], warnings: ['no-person-in-clip'] },
      }),
      at(0),
    );
    expect(lines[1]).toContain('about $0.28');
    expect(lines[2]).toBe(`⚠️ ${words.warning('no-person-in-clip')}`);
    expect(lines.slice(3, 5)).toEqual([words.note('price-is-approximate'), words.note('trimmed')]);
  });

  it('goes by the usual time while the provider says nothing', () => {
    const card = statusPage(words, jobIn('queued'), at(15_000, 60_000));
    expect(card.bar).toBeCloseTo(0.25);
    expect(card.endsAt).toBe(SUBMITTED + 60_000);
  });

  it('goes by the progress that the provider names, and promises no end once the time is over', () => {
    const running = jobIn('running');
    expect(statusPage(words, running, at(20_000, 60_000)).bar).toBe(0.5);
    const late = statusPage(words, { ...running, phase: { kind: 'rendering' } }, at(90_000, 60_000));
    expect(late).not.toHaveProperty('endsAt');
    expect(late.bar).toBe(0.95);
    expect(late.lines).toContain(words.t('card.longer'));
  });

  it('takes Cancel away once it was pressed and says what may still happen', () => {
    const card = statusPage(words, { ...jobIn('running'), cancelAskedAt: SUBMITTED }, at(0));
    expect(card.title).toBe('Cancelling');
    expect(verbsOf(card)).toEqual([]);
    expect(card.lines.join(' ')).toContain('may still finish and be billed');
  });

  it('is one line once it is delivered', () =>
    expect(statusPage(words, jobIn('delivered'), at(0))).toEqual({
      title: 'Done. It cost $0.28.',
      tone: 'done',
      lines: [],
    }));

  it.each(FAILURE_CODES)(
    'that failed with %s says why and what it cost, and offers Again where that can help',
    (failure) => {
      const card = statusPage(words, { ...jobIn('failed'), failure }, at(0));
      expect(card.lines).toContain(words.failureReason(failure));
      expect(card.lines).toContain('It cost nothing.');
      expect(verbsOf(card)).toEqual(/person|refused|rejected|not-usable/.test(failure) ? [] : ['again']);
    },
  );
});

describe('an offer', () => {
  it('asks with its price and says until when it stands', () => {
    const { quote, request, inputs: files, requester } = jobIn('created');
    const offer: Omit<Offer, 'why'> = {
      id: '1',
      code: 'ABC234',
      requester,
      choices: { orientation: 'auto', quality: undefined, sound: true, trim: false },
      request,
      quote,
      ...files,
      expiresAt: 1_800_000_000_000,
    };
    const card = offerPage(words, { ...offer, why: 'price' });
    expect(card.title).toBe('This costs $0.28. Start it?');
    expect(card.lines.at(-1)).toContain('Jan 15, 2027');
    expect(verbsOf(card).slice(-2)).toEqual(['confirm', 'decline']);
    expect(offerPage(words, { ...offer, why: 'dearer' }).lines).toHaveLength(card.lines.length + 1);
  });

  describe('where the clip does not fit', () => {
    const { quote, request, inputs: files, requester } = jobIn('created');
    const linesIn = (language: string, misfitSeconds: number, seconds: number, notes: typeof quote.notes) =>
      offerPage(wordsFor(language), {
        id: '1',
        code: 'ABC234',
        requester,
        choices: { orientation: 'auto', quality: undefined, sound: true, trim: false },
        request,
        quote: { ...quote, seconds, notes },
        ...files,
        why: 'misfit',
        misfitSeconds,
        expiresAt: 1_800_000_000_000,
      }).lines;

    it.each([
      [
        14.2,
        10,
        'trimmed',
        'This clip is 14.2 s long; the model takes up to 10 s, so I would use the first 10 s.',
      ],
      [
        2,
        3,
        'looped',
        'This clip is 2 s long; the model needs at least 3 s, so I would repeat it until it has 3 s.',
      ],
    ] as const)('says first why it asks, and says it once (%d s)', (length, seconds, note, line) => {
      const lines = linesIn('en', length, seconds, [note]);
      expect(lines[0]).toBe(line);
      expect(lines.join('\n')).not.toContain(words.note(note));
    });

    it('says nothing of it any more where it fits by what was chosen since', () => {
      expect(linesIn('en', 14, 14, []).join('\n')).not.toContain('This clip');
    });

    it.each(LOCALES)('names both lengths in %s', (language) => {
      for (const note of ['trimmed', 'looped'] as const) {
        const [line] = linesIn(language, 14, 10, [note]);
        expect(line).toMatch(/14[\s\S]*10/);
      }
    });
  });

  it('lets orientation, quality, sound and length be chosen, marks what is chosen, and speaks of loops only for short clips', () => {
    const { quote, request, inputs: files, requester } = jobIn('created');
    const offer: Offer = {
      id: '1',
      code: 'ABC234',
      requester,
      choices: { orientation: 'auto', quality: undefined, sound: true, trim: false },
      request: { ...request, quality: 'standard' },
      quote,
      ...files,
      why: 'price',
      expiresAt: 1_800_000_000_000,
    };
    const labels = (offerPage(words, offer).rows ?? []).map((row) =>
      row.map((control) => ('label' in control ? control.label : '')),
    );
    expect(labels).toEqual([
      ['● Automatic', 'As in the clip', 'As in the picture'],
      ['Draft', '● Standard', 'Pro'],
      ['☑ Sound', '☐ Trim the clip'],
      ['Confirm', 'Decline'],
    ]);
    const looped = offerPage(words, { ...offer, quote: { ...quote, notes: ['looped'] } });
    expect(looped.rows?.[2]).toContainEqual(
      expect.objectContaining({ label: '☑ Loop the clip', arg: 'loop=false' }),
    );
  });

  it('lets a model, a scene and a speed be chosen where there is a choice, and leaves out what the model does not know', () => {
    const { quote, request, inputs: files, requester } = jobIn('created');
    const offer: Offer = {
      id: '1',
      code: 'ABC234',
      requester,
      choices: { orientation: 'auto', quality: undefined, sound: true, trim: false },
      request: { ...request, model: 'wan-animate', scene: 'clip', speed: 'relaxed' },
      quote: { ...quote, notes: ['relaxed'], usualMs: 720_000 },
      ...files,
      why: 'price',
      expiresAt: 1_800_000_000_000,
      choosable: {
        models: ['kling-2.6', 'wan-animate'],
        qualities: ['draft', 'standard'],
        scenes: ['picture', 'clip'],
        relaxed: true,
      },
    };
    const page = offerPage(words, offer);
    const rows = (page.rows ?? []).map((row) =>
      row.map((control) => ('label' in control && 'arg' in control ? [control.label, control.arg] : [])),
    );
    expect(rows.slice(0, -1)).toEqual([
      [
        ['Kling 2.6', 'model=kling-2.6'],
        ['● Wan 2.2 Animate', 'model=wan-animate'],
      ],
      [
        ['Draft', 'quality=draft'],
        ['● Standard', 'quality=standard'],
      ],
      [
        ['☐ Trim the clip', 'trim=true'],
        ["☑ The clip's world", 'scene=picture'],
        ['☑ Relaxed', 'speed=normal'],
      ],
    ]);
    // Discord shows five rows of buttons, and five buttons in each.
    expect(page.rows?.length).toBeLessThanOrEqual(5);
    expect(page.lines).toContainEqual('$0.28 · 4 s · Wan 2.2 Animate Standard · Relaxed · fal.ai');
    expect(page.lines).toContainEqual(
      'Relaxed: others go first, at the same price. It usually takes 12 min.',
    );
  });
});

describe('the card of a video', () => {
  const job = jobIn('completed');

  it('says before anything else that it is made by AI, then cost, provider, seconds, time, and what is left', () => {
    const operator: QuotaLine = { ...line, scope: 'operator' };
    const space: QuotaLine = { ...line, scope: 'space', period: 'month', maxJobs: 10, maxMicros: 100_000 };
    const card = resultPage(words, job, { left: [line, space, operator], now: 0 });
    expect(card.title).toBe(`AI-generated motion transfer · ${job.code}`);
    expect(card.lines).toEqual([
      '$0.28 · fal.ai · Standard · 4 s · took 1 min 39 s',
      'Left for you today: $1.58 of $2.00',
      'Left for everyone here this month: $0.00 of $0.10',
      'Left for everyone here this month: 9 of 10 jobs',
    ]);
    expect(verbsOf(card)).toEqual([
      'again',
      'new-image',
      'new-motion',
      'delete',
      'details',
      'keep-motion',
      'keep-character',
      'report',
    ]);
  });

  it('says when it is a smaller copy, and until when the full one can be had', () => {
    const link = { url: 'https://strut.example/v/1', until: 1_800_000_000_000 };
    const { lines } = resultPage(words, job, { left: [], link, form: 'smaller', now: 0 });
    expect(lines[1]).toContain('smaller copy');
    expect(lines[2]).toContain('until Jan 15, 2027');
    expect(lines.join(' ')).not.toContain('strut.example');
    expect(resultPage(words, job, { left: [], link, form: 'link', now: link.until }).lines).toHaveLength(2);
  });

  it.each(LOCALES)('begins with the capitals AI in %s, whatever its own word for it is', (locale) => {
    for (const form of FORMS)
      expect(resultPage(wordsFor(locale), job, { left: [], form, now: 0 }).title).toMatch(/^AI(?![a-z])/);
  });
});

describe('a smaller copy without a link', () => {
  const job = jobIn('completed');
  const link = { url: 'https://strut.example/v/1', until: 1000 };

  it.each([
    ['where there is none', { now: 0 }],
    ['where it is good no more', { link, now: 1000 }],
  ])('names who has the full video, and by what code, %s', (_, facts) => {
    for (const locale of LOCALES) {
      const { lines } = resultPage(wordsFor(locale), job, { left: [], form: 'smaller', ...facts });
      expect(
        lines.filter((text) => String(text).includes(job.code)),
        locale,
      ).toHaveLength(1);
    }
  });

  it('does not where the link leads to it, and for the full video itself', () => {
    for (const facts of [{ form: 'smaller' as const, link }, { form: 'link' as const }, {}]) {
      const { lines } = resultPage(words, job, { left: [], now: 0, ...facts });
      expect(lines.join(' ')).not.toContain(job.code);
    }
  });
});

describe('the details', () => {
  it('give each fact that is known a line of its own', () => {
    const job = jobIn('delivered', {
      attempts: [
        { provider: 'runpod', at: 0, outcome: 'not-sent' },
        { provider: 'fal', at: 1, outcome: 'sent' },
      ],
    });
    const text = detailsLines(
      words,
      { ...job, request: { ...job.request, prompt: 'snow' } },
      'Europe/Berlin',
    ).join('\n');
    for (const expected of [
      /^Job: [2-9A-Z]{6}$/m,
      /^Provider: fal\.ai$/m,
      /^Prompt: snow$/m,
      /^Video: 720×1280 pixels$/m,
      /^Finished: .*GMT\+1$/m,
      /^Cost: \$0\.28$/m,
      /^Tried: RunPod could not be reached and fal\.ai took the job$/m,
    ])
      expect(text).toMatch(expected);
    expect(text).not.toContain('Negative prompt');
    expect(detailsLines(words, jobIn('created')).join('\n')).not.toMatch(/Cost|Finished|Video:/);
  });

  it('of a list are one line a job', () =>
    expect(jobLine(words, jobIn('failed', inputs('a.png')))).toMatch(
      /^[2-9A-Z]{6} · failed · a\.png \+ clip$/,
    ));
});

describe('the limits', () => {
  it('are told one by one: whose, used, held, left, and when they start over in their own zone', () => {
    expect(quotaLines(words, [line])).toEqual([
      expect.stringMatching(
        /^You, today: \$0\.28 used and \$0\.14 reserved of \$2\.00, \$1\.58 left\. .*GMT\+1\.$/,
      ),
    ]);
    expect(quotaLines(words, [{ ...line, maxJobs: 1 }])[1]).toMatch(/^You, today: 1 used of 1 job, 0 left\./);
    expect(quotaLines(words, [])).toEqual(['You have no limits here.']);
  });
});

describe('privacy', () => {
  it('says how long things are kept where they go by themselves', () => {
    const lines = (retentionDays: number) =>
      privacyLines(words, { providers: ['fal', 'runpod'], retentionDays }).join(' ');
    expect(lines(7)).toContain('after 7 days');
    expect(lines(7)).not.toContain('nowhere stays for a week');
    expect(lines(6)).toContain('nowhere stays for a week');
    expect(lines(7)).toContain('go to: fal.ai, RunPod.');
    expect(privacyLines(words, { providers: [] }).join(' ')).toMatch(
      /after 30 days.*nothing goes to anybody else/,
    );
  });

  it.each([
    [{ jobs: 0, underWay: 0, other: false }, ['Nothing is kept about you here.']],
    [{ jobs: 0, underWay: 0, other: true }, [expect.stringContaining('noted about you')]],
    [
      { jobs: 1, underWay: 0, other: true },
      [expect.stringContaining('1 job with'), expect.stringContaining('provider')],
    ],
    [
      { jobs: 2, underWay: 3, other: true },
      [
        expect.stringContaining('2 jobs'),
        expect.stringContaining('may keep them for a while'),
        expect.stringContaining('3 jobs are still'),
      ],
    ],
  ])('tells what was forgotten: %o', (forgotten, lines) =>
    expect(forgottenLines(words, forgotten)).toEqual(lines),
  );
});

describe('the card of a job in line', () => {
  it('says which place it has', () => {
    const job = { ...jobIn('created'), place: 3 };
    expect(statusPage(wordsFor('en'), job, { usualMs: undefined, now: 0 }).title).toContain('place 3');
  });
});
