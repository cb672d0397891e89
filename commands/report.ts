import type { ChatCommand } from '../src/chat/command.ts';
import { reasonsPage, waitingPage } from '../src/chat/report-pages.ts';
import { accept, refuse } from '../src/core/refusals.ts';
import type { Case } from '../src/core/takedown/case.ts';

/** `waiting`: no video was named, so an admin wants to know which wait for a decision. */
type ReportAnswer = { kind: 'ask'; code: string } | { kind: 'waiting'; cases: Case[] };

/** As buttons can hold it; whether there is such a video, nobody is told. */
const CODE = /^[A-Z0-9]{4,10}$/;

export const report: ChatCommand<ReportAnswer> = {
  audience: 'members',
  privately: true,
  data: {
    name: 'report',
    options: [{ name: 'job', type: 'text', maxLength: 100 }],
  },
  async execute(call, { takedown }) {
    const { job } = call.options;
    if (job === undefined) {
      const waiting = await takedown.waiting(call);
      return accept({ kind: 'waiting', cases: waiting.ok ? waiting.value : [] });
    }
    const code = job.trim().toUpperCase();
    return CODE.test(code) ? accept({ kind: 'ask', code }) : refuse({ code: 'no-such-job' });
  },
  show: (words, answer, facts) =>
    answer.kind === 'ask' ? reasonsPage(words, answer.code) : waitingPage(words, answer.cases, facts),
};
