/** What is pressed, chosen or filled in on the panel of `/settings`. The command itself asks who may, at every press. */
import type { Caller } from '../core/limits/access.ts';
import type { Refusal } from '../core/refusals.ts';
import type { AuditEntry, Texts } from '../core/settings/setting.ts';
import { HISTORY, SHOW } from '../core/settings/settings-parts.ts';
import type { WordKey } from '../words/index.ts';
import { changedLines } from '../words/settings.ts';
import type { ActionHandler } from './face.ts';
import { said } from './page.ts';
import { refusedPage } from './pages.ts';
import { HISTORY_CODE } from './settings-panel.ts';

type Options = {
  /** What whoever may not is told instead of why. */
  refused?: WordKey;
  /** An admin is about to change something. */
  onChange?(caller: Caller): Promise<void>;
};

export const settingsAction =
  ({ refused, onChange }: Options = {}): ActionHandler =>
  async (press, face, { core, commands }) => {
    const { words, id, code, verb } = press;
    const { panel } = face;
    const refusals: Refusal[] = [];
    let entries: AuditEntry[] | undefined;

    const shown = await press.asAdmin(async (caller) => {
      const run = (part: string, options: Texts = {}) =>
        commands.settings.execute({ ...caller, id, options, files: {}, part }, core);
      const before = await run(code === HISTORY_CODE ? HISTORY : SHOW);
      // Whoever may not change anything does not see anything new either.
      if (!before.ok || before.value.kind !== 'settings') return before;
      const wanted = panel.wanted(press, before.value.settings);
      if (!wanted) return before;
      entries = [];
      await onChange?.(caller);
      for (const { part, texts } of wanted) {
        const made = await run(part, texts);
        if (!made.ok) refusals.push(made.refusal);
        else if (made.value.kind === 'changed') entries.push(...made.value.entries);
      }
      return run(SHOW);
    });

    if (!shown.ok)
      return void (await face.aside(refused ? said(words.t(refused)) : refusedPage(words, shown.refusal)));
    const { value } = shown;
    if (value.kind !== 'settings')
      return void (await face.aside(await face.draw((facts) => commands.settings.show(words, value, facts))));
    const [refusal] = refusals;
    if (refusal && !panel.tellsNews) return void (await face.aside(refusedPage(words, refusal)));
    await face.instead(
      await face.draw(({ naming }) => {
        const isNews = entries && (entries.length > 0 || refusals.length === 0);
        const changes = entries && isNews ? changedLines(words, entries, naming) : [];
        const news = [...refusals.map((one) => words.refusal(one)), ...changes];
        return panel.page({ words, ...value, naming, verb, code: entries ? undefined : code, news });
      }),
    );
  };
