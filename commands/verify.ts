import type { ChatCommand } from '../src/chat/command.ts';
import { verdictPage } from '../src/chat/verdict.ts';
import { accept, refuse } from '../src/core/refusals.ts';
import type { Verified } from '../src/core/trust/verify.ts';

/** Whether a video is from here. */
export const verify: ChatCommand<Verified> = {
  audience: 'members',
  data: { name: 'verify', options: [{ name: 'clip', type: 'attachment', accepts: 'video', required: true }] },
  async execute(call, core) {
    const shut = core.access.refusalFor(call);
    if (shut) return refuse(shut);
    const { clip } = call.files;
    if (!clip) return refuse({ code: 'missing-clip' });
    const verdict = await core.verify(clip);
    if (!verdict.ok) return verdict;
    const { value } = verdict;
    const maker = value.kind === 'not-ours' ? undefined : await core.madeBy(call, value.code);
    if (!maker?.ok) return accept({ verdict: value });
    // Where everybody reads along, an admin presses a button for it, and is told alone.
    return accept({ verdict: value, ...(call.seenByAll ? { askable: true } : { madeBy: maker.value }) });
  },
  show: (words, verified, { naming }) => verdictPage(words, verified, naming),
};
