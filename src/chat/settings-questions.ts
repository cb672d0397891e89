/** The settings panel where there are only buttons: everything in force, and a page for each question with its usual answers. */
import { settings as all } from '../../settings/index.ts';
import {
  type Choice,
  partOf,
  type Question,
  type Setting,
  type Settings,
  type Speaker,
  type Texts,
} from '../core/settings/setting.ts';
import type { Words } from '../words/index.ts';
import { settingsLines, speakerOf } from '../words/settings.ts';
import type { Button, Line, Page } from './page.ts';
import {
  onlyOption,
  type Panel,
  type PanelFacts,
  panelButton,
  type RequestedChange,
} from './settings-panel.ts';

type Value = Settings[keyof Settings];
type OpenQuestion = { setting: Setting; question: Question<Value> };

/** The page that the others lead back to. */
const MAIN_CODE = 'main';

/** Where a panel stands. */
export type QuestionPlace = {
  /** The channel, as the core names it. */
  here: string;
  /** What the chat has nothing like: left out where nothing was set. */
  isForeign(setting: Setting): boolean;
  /** How an admin writes what no button does. */
  written(setting: Setting, example: Texts | undefined): string;
};
export type QuestionFacts = PanelFacts & QuestionPlace;

/** The panel of a chat that has only buttons. Back to everything once something is chosen, so that it is seen at once. */
export const questionsPanel = (place: QuestionPlace, verb: string): Panel => ({
  verb,
  page(facts) {
    const all = { ...facts, ...place };
    return (facts.code === undefined ? undefined : questionPage(all, facts.code)) ?? panelWithQuestions(all);
  },
  wanted: (press, settings) => wantedByAnswer(press, { settings, here: place.here }),
  tellsNews: false,
});

export function panelWithQuestions(facts: QuestionFacts): Page {
  const { words, naming, own, isForeign, verb } = facts;
  const asked = all.flatMap((setting) => questionsOf(setting, facts.here));
  const leaveOut = (setting: Setting): boolean => own[setting.key] === undefined && isForeign(setting);
  return {
    title: words.t('settings.title'),
    lines: [...settingsLines(words, facts, naming, leaveOut), '', words.t('settings.pick')],
    rows: asked.map((asking) => [panelButton(verb, asking.question.id, titleOf(facts, asking))]),
  };
}

/** One question; undefined for a code that stands for none. */
export function questionPage(facts: QuestionFacts, code: string): Page | undefined {
  const { words, verb } = facts;
  const asking = find(code, facts.here);
  if (!asking) return undefined;
  const { setting, question } = asking;
  const speaker = speakerOf(words, facts.naming);
  const value = facts.settings[setting.key];
  const button = ({ id, label, isChosen }: Choice<Value>): Button =>
    panelButton(verb, code, isChosen(value) ? `● ${label(speaker)}` : label(speaker), id);
  return {
    title: titleOf(facts, asking),
    lines: [usageLine(words, facts.written(setting, question.example))],
    rows: [
      ...question.choices.map((row) => row.map(button)),
      [panelButton(verb, MAIN_CODE, `‹ ${words.t('settings.title')}`)],
    ],
  };
}

/** How to write something. */
export const usageLine = ({ t }: Words, usage: string): Line => ({
  text: t('settings.usage', { usage }),
  copy: usage,
});

/** What a press on a question's page asks for. Undefined where that is no answer to any. */
export function wantedByAnswer(
  { code, arg }: { code: string; arg?: string | undefined },
  { settings, here }: Pick<QuestionFacts, 'settings' | 'here'>,
): RequestedChange[] | undefined {
  const asking = find(code, here);
  const choice = asking?.question.choices.flat().find(({ id }) => id === arg);
  if (!asking || !choice) return undefined;
  const { setting } = asking;
  return choice.texts(settings[setting.key]).map((texts) => ({ part: partOf(setting), texts }));
}

const find = (code: string, here: string): OpenQuestion | undefined =>
  all.flatMap((setting) => questionsOf(setting, here)).find(({ question }) => question.id === code);

function titleOf({ words, settings, naming }: PanelFacts, { setting, question }: OpenQuestion): string {
  const title = question.title(settings[setting.key], speakerOf(words, naming));
  return title.charAt(0).toLocaleUpperCase() + title.slice(1);
}

/** Those of its own, or one about how it stands, where it has usual values. */
function questionsOf(setting: Setting, here: string): OpenQuestion[] {
  const { questions, key, name } = setting;
  if (questions) return questions.map((question) => ({ setting, question }));
  const choices = choicesOf(setting, here);
  if (choices.length === 0) return [];
  const title = (value: Value, speaker: Speaker): string =>
    `${speaker.t(`settings.name.${key}`)}: ${setting.say(value, speaker)}`;
  return [{ setting, question: { id: name, title, choices: [choices] } }];
}

function choicesOf(setting: Setting, here: string): Choice<Value>[] {
  const option = onlyOption(setting);
  if (option?.type === 'choice')
    return option.choices.map((word) => choiceOf(setting, { [option.name]: word }));
  if (option?.type === 'channel' && option.toPostIn)
    return [
      { ...choiceOf(setting, { [option.name]: here }), id: 'here', label: ({ t }) => t('settings.here') },
      { ...choiceOf(setting, {}), id: 'off', label: ({ t }) => t('settings.off') },
    ];
  return (setting.usual ?? []).map((texts) => choiceOf(setting, texts));
}

function choiceOf(setting: Setting, texts: Texts): Choice<Value> {
  const read = setting.read(texts, undefined, 0);
  const meant = read.ok ? read.value : undefined;
  return {
    id: Object.values(texts).join(' '),
    label: (speaker) => setting.say(meant, speaker),
    isChosen: (value) => JSON.stringify(value) === JSON.stringify(meant),
    texts: () => [texts],
  };
}
