/** Questions at a terminal, as the steps of the wizard ask them. */
import * as clack from '@clack/prompts';

/** Whoever sits there has pressed Ctrl+C. */
export class Cancelled extends Error {
  override name = 'Cancelled';
}

type Choice = { value: string; label: string; hint?: string | undefined };
type Wrong = (value: string) => string | undefined;

export type Prompts = {
  /** Several of them, or none. */
  some(message: string, choices: readonly Choice[], chosen: readonly string[]): Promise<string[]>;
  one(message: string, choices: readonly Choice[], chosen?: string): Promise<string>;
  yes(message: string, preset: boolean): Promise<boolean>;
  text(message: string, options?: { preset?: string; example?: string; wrong?: Wrong }): Promise<string>;
  /** What is typed is not shown, then or later. */
  secret(message: string, wrong: Wrong): Promise<string>;
  /** A heading, and lines below it. */
  note(title: string, lines: readonly string[]): void;
  say(kind: 'well' | 'warning' | 'broken' | 'step', text: string): void;
  /** Shows that something takes its time. */
  while<T>(message: string, work: () => Promise<T>): Promise<T>;
  /** Waits for something that somebody does elsewhere, or until a choice is made instead. */
  until<T>(
    message: string,
    choices: readonly Choice[],
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<{ came: T } | { chosen: string }>;
  end(message: string): void;
};

const SAYS = {
  well: clack.log.success,
  warning: clack.log.warn,
  broken: clack.log.error,
  step: clack.log.step,
};

export function createPrompts(title: string): Prompts {
  // For terminals that can't move their cursor, and for those who have it read to them.
  if (process.env.TERM === 'dumb') clack.updateSettings({ accessible: true });
  // Some terminals don't say how wide they are.
  if (!process.stdout.columns) process.stdout.columns = 80;
  if (!process.stdout.rows) process.stdout.rows = 24;
  clack.intro(title);

  async function asked<T>(answer: Promise<T | typeof clack.CANCEL_SYMBOL>): Promise<T> {
    const value = await answer;
    if (clack.isCancel(value)) throw new Cancelled('cancelled');
    return value;
  }
  const options = (choices: readonly Choice[]) =>
    choices.map(({ value, label, hint }) => ({ value, label, ...(hint ? { hint } : {}) }));
  const validate =
    (wrong: Wrong = () => undefined) =>
    (value: string | undefined): string | undefined =>
      wrong((value ?? '').trim());

  return {
    some: (message, choices, chosen) =>
      asked(
        clack.multiselect({
          message,
          options: options(choices),
          initialValues: [...chosen],
          required: false,
        }),
      ),
    one: (message, choices, chosen) =>
      asked(
        clack.select({
          message,
          options: options(choices),
          ...(chosen === undefined ? {} : { initialValue: chosen }),
        }),
      ),
    yes: (message, preset) => asked(clack.confirm({ message, initialValue: preset })),
    async text(message, { preset = '', example, wrong } = {}) {
      const value = await asked(
        clack.text({
          message,
          initialValue: preset,
          ...(example === undefined ? {} : { placeholder: example }),
          validate: validate(wrong),
        }),
      );
      return (value ?? '').trim();
    },
    async secret(message, wrong) {
      const value = await asked(
        clack.password({ message, validate: validate(wrong), clearOnError: true, mask: '*' }),
      );
      return (value ?? '').trim();
    },
    note: (heading, lines) => clack.note(lines.join('\n'), heading),
    say: (kind, text) => SAYS[kind](text),
    async while(message, work) {
      const spinner = clack.spinner();
      spinner.start(message);
      try {
        return await work();
      } finally {
        spinner.clear();
      }
    },
    async until(message, choices, work) {
      const [came, chosen] = [new AbortController(), new AbortController()];
      const coming = work(chosen.signal).then((value) => {
        came.abort();
        return { came: value };
      });
      // Where it fails there is still the choice.
      const failed = coming.catch((error: unknown) => {
        came.abort();
        throw error;
      });
      failed.catch(() => {});
      const choice = await clack.select({ message, options: options(choices), signal: came.signal });
      if (came.signal.aborted) return failed;
      chosen.abort();
      if (clack.isCancel(choice)) throw new Cancelled('cancelled');
      return { chosen: choice };
    },
    end: (message) => clack.outro(message),
  };
}
