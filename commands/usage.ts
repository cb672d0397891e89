import type { ChatCommand } from '../src/chat/command.ts';
import type { Button, Line, Media } from '../src/chat/page.ts';
import { isOperatorsOwn } from '../src/core/job/job.ts';
import { accept, refuse } from '../src/core/refusals.ts';
import { REPORT_PERIODS, type Usage } from '../src/core/reports/usage.ts';
import { usageLines, usageTitle } from '../src/words/usage.ts';

/** Of the space where it is asked, for its admins; of everything, where an operator asks in private or on the page. */
export const usage: ChatCommand<Usage> = {
  audience: 'admins',
  data: {
    name: 'usage',
    overAll: true,
    options: [{ name: 'period', type: 'choice', choices: REPORT_PERIODS, default: 'month' }],
  },
  async execute({ requester, standing, options }, core) {
    const operator = core.access.isOperator(requester);
    const overAll = standing.private || isOperatorsOwn(requester.platform);
    if (overAll && !operator) return refuse({ code: 'not-allowed', why: 'in-private' });
    if (!operator && !standing.moderator) return refuse({ code: 'not-allowed', why: 'admins-only' });
    const asked = options.period ?? 'month';
    const period = REPORT_PERIODS.find((one) => one === asked);
    if (!period) return refuse({ code: 'bad-option', option: 'period', allowed: REPORT_PERIODS });
    return accept(await core.reports.usage(period, overAll ? undefined : requester.spaceId));
  },
  show(words, spent, { naming, chart }) {
    const title = usageTitle(words, spent);
    const lines = usageLines(words, spent, naming);
    const { jobs, heldJobs, suspendedJobs, micros } = spent.totals;
    const picture: Media = {
      as: 'shown',
      name: 'usage.png',
      mime: 'image/png',
      alt: `${title}: ${lines[0] ?? ''}`,
      draw: () => chart(spent, words.language),
    };
    const table: Button = {
      verb: 'csv',
      code: spent.period,
      label: words.t('usage.export'),
      tone: 'primary',
    };
    return {
      title,
      // What follows an empty line heads the lines below it.
      lines: lines.map(
        (text, at): Line => ({ text, named: true, ...(lines[at - 1] === '' ? { strong: true } : {}) }),
      ),
      ...(micros > 0 ? { media: picture } : {}),
      rows: [
        [
          ...(jobs + heldJobs + suspendedJobs > 0 ? [table] : []),
          { verb: 'audit', code: spent.period, label: words.t('usage.export-audit') },
        ],
      ],
    };
  },
};
