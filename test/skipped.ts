/** The closing lines of a run: which tests were left out, and why. */
import type { Reporter, TestCase, TestModule } from 'vitest/node';

const NO_REASON = 'no reason given';

export default class Skipped implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const byReason = new Map<string, string[]>();
    for (const module of modules)
      for (const test of module.children.allTests('skipped')) {
        const reason = reasonOf(test);
        byReason.set(reason, [
          ...(byReason.get(reason) ?? []),
          `${module.relativeModuleId} > ${test.fullName}`,
        ]);
      }
    if (byReason.size > 0) console.log(textOf(byReason));
  }
}

/** It stands at the test or at a `describe` around it, or was said while the test ran. */
function reasonOf(test: TestCase): string {
  const result = test.result();
  if (result.state === 'skipped' && result.note) return result.note;
  for (let one: TestCase | TestCase['parent'] = test; one.type !== 'module'; one = one.parent) {
    const { skipped } = one.meta();
    if (skipped) return skipped;
  }
  return NO_REASON;
}

function textOf(byReason: ReadonlyMap<string, readonly string[]>): string {
  const count = [...byReason.values()].reduce((sum, titles) => sum + titles.length, 0);
  const lines = [...byReason].flatMap(([reason, titles]) => [
    `  ${reason}:`,
    ...titles.map((title) => `    ${title}`),
  ]);
  return [`\n${count} skipped`, ...lines].join('\n');
}
