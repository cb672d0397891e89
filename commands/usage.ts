import type { Command } from '../src/core/command.ts';
import { accept, refuse } from '../src/core/refusals.ts';
import { REPORT_PERIODS } from '../src/core/usage.ts';

/** Of the space where it is asked, for its admins; of everything, where an operator asks in private or on the page. */
export const usage = {
  data: {
    name: 'usage',
    description: 'Show what was spent, by day, member and provider (admins only)',
    options: [
      {
        name: 'period',
        type: 'choice',
        choices: REPORT_PERIODS,
        default: 'month',
        description: 'Which days',
      },
    ],
  },
  async execute({ requester, standing, options }, core) {
    const operator = core.access.isOperator(requester);
    const overAll = standing.private || requester.platform === 'web';
    if (overAll && !operator) return refuse({ code: 'not-allowed', why: 'in-private' });
    if (!operator && !standing.moderator) return refuse({ code: 'not-allowed', why: 'admins-only' });
    const asked = options.period ?? 'month';
    const period = REPORT_PERIODS.find((one) => one === asked);
    if (!period) return refuse({ code: 'bad-option', option: 'period', allowed: REPORT_PERIODS });
    const report = await core.reports.usage(period, overAll ? undefined : requester.spaceId);
    return accept({ kind: 'usage', usage: report });
  },
} satisfies Command;
