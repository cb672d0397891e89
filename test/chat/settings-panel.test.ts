/** The panel of `/settings` before any chat draws it: every setting that there is, and what a press makes of it. */
import { describe, expect, it } from 'vitest';
import { settings as list, parts } from '../../settings/index.ts';
import type { Control, Form, Page } from '../../src/chat/page.ts';
import { formFor, wantedByForm } from '../../src/chat/settings-forms.ts';
import {
  MORE_CODE,
  PANEL_CODES,
  panelWithForms,
  type RequestedChange,
  wantedByPress,
} from '../../src/chat/settings-panel.ts';
import {
  panelWithQuestions,
  type QuestionFacts,
  questionPage,
  wantedByAnswer,
} from '../../src/chat/settings-questions.ts';
import type { OwnSettings } from '../../src/core/settings/setting.ts';
import { changed } from '../../src/core/settings/settings-parts.ts';
import { LOCALES, wordsFor } from '../../src/words/index.ts';
import { settle } from '../fakes/settings.ts';

const OWN: OwnSettings = {
  limits: [{ who: { kind: 'space' }, period: 'day', unit: 'usd', max: 7_000_000 }],
  channels: ['5'],
  roles: ['6'],
  members: ['discord:7'],
  providers: ['fal'],
  quality: 'standard',
  confirmAboveMicros: 123_456,
  notify: false,
  logChannel: '9',
  timeZone: 'Europe/Berlin',
  retentionDays: 12,
};

const factsOf = (own: OwnSettings, locale = 'en'): QuestionFacts => ({
  words: wordsFor(locale),
  settings: settle(own, { limits: [], timeZone: 'UTC' }),
  own,
  naming: (kind, id) => `<${kind} ${id}>`,
  here: '42',
  verb: 'settings',
  isForeign: () => false,
  written: ({ name }) => `/settings ${name} …`,
});

const withWanted = (own: OwnSettings, wanted: readonly RequestedChange[] = []): OwnSettings =>
  wanted.reduce((before, { part, texts }) => {
    const made = changed(list, before, part, texts, 0);
    if (!made.ok) throw new Error(`${part} is refused: ${JSON.stringify(made.refusal)}`);
    return made.value.after;
  }, own);

const controlsOf = ({ rows = [] }: Page): Control[] => rows.flat();
const codesOf = (page: Page): string[] => controlsOf(page).flatMap((one) => ('code' in one ? one.code : []));
const answersOf = (own: OwnSettings) =>
  codesOf(panelWithQuestions(factsOf(own))).flatMap((code) => {
    const page = questionPage(factsOf(own), code);
    if (!page) throw new Error(`no page for ${code}`);
    return controlsOf(page).flatMap((one) =>
      'code' in one && 'arg' in one && one.arg !== undefined ? [{ code, arg: one.arg }] : [],
    );
  });

const press = (own: OwnSettings, code: string, { arg = '', picked = [] as string[] } = {}) =>
  wantedByPress({ code, arg, picked }, factsOf(own).settings);
const fill = (own: OwnSettings, code: string, filled: Record<string, string>) =>
  wantedByForm({ code, filled }, factsOf(own).settings);
const formOf = (own: OwnSettings, code: string): Form => {
  const form = formFor(code, factsOf(own).words, factsOf(own).settings);
  if (!form) throw new Error(`no form for ${code}`);
  return form;
};

describe('the settings panel with questions', () => {
  it.each([
    ['nothing is set', {}],
    ['all is set', OWN],
  ])('shows each answer as chosen once it was pressed, where %s', (_name, own: OwnSettings) => {
    const answers = answersOf(own);
    expect(answers.length).toBeGreaterThan(20);
    for (const answer of answers) {
      const wanted = wantedByAnswer(answer, factsOf(own));
      expect(wanted).toBeDefined();
      const page = questionPage(factsOf(withWanted(own, wanted)), answer.code);
      const chosen = page && controlsOf(page).filter((one) => 'label' in one && one.label.startsWith('●'));
      // A day's limit in dollars stands beside one in jobs.
      expect(chosen).toContainEqual(expect.objectContaining({ arg: answer.arg }));
    }
  });

  it('takes nothing for an answer that its page does not offer', () => {
    for (const answer of [
      { code: 'quality', arg: 'ultra' },
      { code: 'quality' },
      { code: 'constructor', arg: 'pro' },
      { code: 'main' },
    ])
      expect(wantedByAnswer(answer, factsOf({}))).toBeUndefined();
    expect(questionPage(factsOf({}), 'main')).toBeUndefined();
  });

  it('turns off the limits of a day that there are, in dollars and in jobs', () => {
    const own = withWanted({}, [
      ...(wantedByAnswer({ code: 'limit-all', arg: 'usd5' }, factsOf({})) ?? []),
      ...(wantedByAnswer({ code: 'limit-all', arg: 'jobs3' }, factsOf({})) ?? []),
    ]);
    const wanted = wantedByAnswer({ code: 'limit-all', arg: 'off' }, factsOf(own));
    expect(withWanted(own, wanted).limits).toMatchObject([
      { unit: 'usd', max: 'off' },
      { unit: 'jobs', max: 'off' },
    ]);
    expect(wantedByAnswer({ code: 'limit-each', arg: 'off' }, factsOf(own))).toEqual([]);
  });
});

describe('the settings panel with forms', () => {
  it('offers something to press, choose or fill in for each code that it answers to', () => {
    const page = panelWithForms(factsOf(OWN));
    expect(codesOf(page).toSorted()).toEqual([...PANEL_CODES, 'history'].toSorted());
    for (const code of PANEL_CODES) {
      const form = formFor(code, wordsFor('en'), factsOf(OWN).settings);
      const answered = form ? fill(OWN, code, {}) : press(OWN, code);
      expect([code, answered]).not.toEqual([code, undefined]);
    }
  });

  it('changes by each button what the button says, and comes round again', () => {
    for (const own of [{}, OWN]) {
      const buttons = (of: OwnSettings) =>
        controlsOf(panelWithForms(factsOf(of))).flatMap((one) =>
          'label' in one && one.label.includes('→') && 'code' in one ? [one] : [],
        );
      for (const { code, arg, label } of buttons(own)) {
        const after = withWanted(own, press(own, code, { arg: arg ?? '' }));
        expect(after).not.toEqual(own);
        // However many values there are: each is offered once, then the first one again.
        const seen = [label];
        let now = after;
        for (;;) {
          const next = buttons(now).find((one) => one.code === code);
          if (next?.label === label) break;
          expect(seen).not.toContain(next?.label);
          seen.push(next?.label ?? '');
          now = withWanted(now, press(now, code, { arg: next?.arg ?? '' }));
        }
        expect(seen.length).toBeGreaterThan(1);
        expect(factsOf(now).settings).toEqual(factsOf(own).settings);
      }
    }
  });

  it('adds what a menu has come to hold, takes off what it has lost, and leaves alone what it has no room for', () => {
    const many = Array.from({ length: 30 }, (_, n) => String(n));
    const own: OwnSettings = { channels: many };
    const picked = [...many.slice(1, 25), 'new'];
    const after = withWanted(own, press(own, 'channels', { picked }));
    expect(after.channels).toEqual([...many.slice(1), 'new']);
    expect(press(OWN, 'members', { picked: ['discord:7'] })).toEqual([]);
    expect(withWanted(OWN, press(OWN, 'members', { picked: ['discord:8'] })).members).toEqual(['discord:8']);
  });

  it('names one place to post in, or none', () => {
    expect(withWanted({}, press({}, 'log-channel', { picked: ['42'] }))).toEqual({ logChannel: '42' });
    expect(withWanted({ logChannel: '42' }, press({}, 'log-channel'))).toEqual({});
  });

  it('changes nothing by a form that comes back as it was opened, and only what was written anew', () => {
    for (const own of [{}, OWN]) {
      const { fields } = formOf(own, MORE_CODE);
      const as = Object.fromEntries(
        fields.map((field) => [field.name, field.type === 'text' ? (field.value ?? '') : '']),
      );
      expect(fields.length).toBeLessThanOrEqual(5);
      expect(fill(own, MORE_CODE, as)).toEqual([]);
      expect(fill(own, MORE_CODE, { ...as, retention: ' 90 ' })).toEqual([
        { part: 'retention', texts: { days: '90' } },
      ]);
      // What stands there would be taken: a form can't be sent with a value that is refused.
      for (const field of fields) {
        const setting = list.find(({ name }) => name === field.name);
        const value = field.type === 'text' ? field.value : undefined;
        const [option] = setting?.options ?? [];
        expect(setting?.read({ [option?.name ?? '']: value }, undefined, 0)).toMatchObject({ ok: true });
      }
    }
  });

  it('limits all, each, a role, a member or a channel, and asks which of two is meant', () => {
    const rest = { scope: 'server', counted: 'jobs-month', amount: '4' };
    const limit = (filled: Record<string, string>) => fill({}, 'limit', { ...rest, ...filled });
    const whoIn = (wanted: RequestedChange[] | undefined) =>
      withWanted({}, wanted).limits?.map(({ who }) => who);
    expect(withWanted({}, limit({})).limits).toEqual([
      { who: { kind: 'space' }, period: 'month', unit: 'jobs', max: 4 },
    ]);
    expect(whoIn(limit({ scope: 'everyone' }))).toEqual([{ kind: 'everyone' }]);
    expect(whoIn(limit({ role: '6' }))).toEqual([{ kind: 'role', id: '6' }]);
    expect(whoIn(limit({ member: 'discord:7' }))).toEqual([{ kind: 'member', id: 'discord:7' }]);
    expect(whoIn(limit({ channel: '5' }))).toEqual([{ kind: 'channel', id: '5' }]);
    const both = limit({ channel: '5', role: '6' });
    expect(changed(list, {}, 'limit', both?.[0]?.texts ?? {}, 0)).toMatchObject({
      refusal: { code: 'bad-option', option: 'scope' },
    });
  });
});

describe('every setting', () => {
  it('can be set by its part, is read back as it is written, and has a name of its own', () => {
    for (const setting of list) {
      expect(Object.keys(parts)).toContain(setting.part ?? setting.name);
      for (const own of [{}, OWN]) {
        const value = factsOf(own).settings[setting.key];
        const written = setting.write?.(value);
        if (written) expect(setting.read(written, undefined, 0)).toEqual({ ok: true, value });
        if (value !== undefined) expect(setting.schema.parse(value)).toEqual(value);
      }
    }
    expect(new Set(list.map(({ key }) => key)).size).toBe(list.length);
    expect(new Set(list.map(({ name }) => name)).size).toBe(list.length);
  });

  it('has its texts in every language, on both panels and in the forms', () => {
    for (const locale of LOCALES)
      for (const own of [{}, OWN]) {
        const facts = factsOf(own, locale);
        const pages = codesOf(panelWithQuestions(facts)).map((code) => questionPage(facts, code));
        const forms = ['limit', MORE_CODE].map((code) => formFor(code, facts.words, facts.settings));
        const text = JSON.stringify([panelWithQuestions(facts), panelWithForms(facts), ...pages, ...forms]);
        expect(text).not.toMatch(/\{\{|undefined|"(?:settings|button|modal|command|choice|quota)\.[\w.-]+"/);
        expect(text).not.toMatch(/(?:settings|modal|command|choice)\.[a-z]+\.?[a-z-]*(?::| →)/);
      }
  });
});
