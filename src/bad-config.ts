/** What is said where the environment can't be read. */

/** The operator wrote something that can't be; a retry does not help. */
export class BadConfig extends Error {
  override name = 'BadConfig';
  readonly problems: readonly { name: string; message: string }[];
  constructor(problems: BadConfig['problems']) {
    const lines = problems.map(({ name, message }) => `  ${name}: ${message}`);
    super(`These settings need a correction (in .env or the environment):\n${lines.join('\n')}`);
    this.problems = problems;
  }
}
