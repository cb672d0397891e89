/** What a no of ComfyUI means. It knows no accounts: what it refuses is the workflow, or it is not there. */
import type { ProviderTrouble } from '../../core/ports.ts';
import type { ApiAnswer } from '../http.ts';
import { type No, noOf } from '../queue-api.ts';
import { refusedPrompt } from './wire.ts';

/** Long enough to name a node, a model file and what is wrong; no prompt of a member's is in there. */
const LONGEST = 300;

const badWorkflow = (message: string): ProviderTrouble => ({ kind: 'bad-workflow', message });

/** Of a proxy before it, as ComfyUI itself lets everybody in. */
export function troubleIn({ status }: ApiAnswer): ProviderTrouble | undefined {
  if (status !== 401 && status !== 403) return undefined;
  return {
    kind: 'bad-key',
    message: `What answers at COMFYUI_URL lets nobody in without a password (${status}).`,
  };
}

/** Undefined for a yes. */
export function refusalOf(answer: ApiAnswer): No | undefined {
  if (answer.status < 400) return undefined;
  return noOf(answer, {
    trouble: troubleIn(answer) ?? flawIn(answer),
    gone: answer.status === 404 && 'There is no ComfyUI at COMFYUI_URL (404).',
    about: () => 'provider-down',
  });
}

/** The first thing that it finds wrong with the workflow: a node that is not installed, a model that is not there. */
function flawIn(answer: ApiAnswer): ProviderTrouble | undefined {
  const said = refusedPrompt.safeParse(answer.json).data;
  if (answer.status !== 400 || !said) return undefined;
  const [at] = Object.entries(said.node_errors);
  const [, node] = at ?? [];
  const [first] = node?.errors ?? [];
  const what = first
    ? `${node?.class_type || 'a node'}: ${first.message}, ${first.details}`
    : `${said.error.message} ${said.error.details}`;
  return badWorkflow(`ComfyUI refuses COMFYUI_WORKFLOW: ${what}`.replaceAll(/\s+/g, ' ').slice(0, LONGEST));
}

export const lacks = (classes: readonly string[]): ProviderTrouble =>
  badWorkflow(
    `ComfyUI lacks nodes of COMFYUI_WORKFLOW: ${classes.join(', ')}. Install them in its Manager.`.slice(
      0,
      LONGEST,
    ),
  );
