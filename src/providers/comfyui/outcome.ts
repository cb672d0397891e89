/** What became of a prompt, from its entry in ComfyUI's history. Nothing of it is billed. */
import type { FailureCode } from '../../core/refusals.ts';
import type { Reading } from '../doubts.ts';
import type { ComfyOperation, HistoryEntry, ResultFile } from './wire.ts';
import type { Workflow } from './workflow.ts';

/** `says`: what the operator should read. `isFlaw`: the workflow will do no better the next time. */
export type Outcome = { reading: Reading; says?: string; isFlaw?: true };

const VIDEO = /\.(?:mp4|m4v|mov|webm)$/i;

const failed = (failure: FailureCode) => ({ state: 'failed', failure, costMicros: 0 }) as const;

/** `url` is ComfyUI's base address. */
export function outcomeOf(
  { outputs, status }: HistoryEntry,
  job: ComfyOperation,
  { url, workflow }: { url: string; workflow: Workflow | undefined },
): Outcome {
  const messages = new Map((status?.messages ?? []).flatMap((one) => (one ? [one] : [])));
  if (messages.has('execution_interrupted')) return { reading: { state: 'cancelled', costMicros: 0 } };
  const word = status?.status_str ?? 'success';
  if (word === 'error') {
    const {
      node_id,
      node_type = 'some node',
      exception_message = '',
    } = messages.get('execution_error') ?? {};
    const memory = /out of memory|allocation on device/i.test(exception_message);
    const says = `a workflow of ComfyUI broke at ${node_type}: ${memory ? 'the GPU is out of memory' : 'its own log says why'}`;
    return { reading: failed(failureAt(node_id, workflow)), says };
  }
  if (word !== 'success') {
    const says = 'ComfyUI answers with a status that is not known';
    return { reading: { doubt: 'unfamiliar', says, end: failed('provider-down') }, says };
  }
  const file = videoIn(outputs, job.node);
  if (!file) {
    const says = 'the node “strut video” of COMFYUI_WORKFLOW saved no MP4, MOV or WebM file';
    return { reading: { doubt: 'unfamiliar', says, end: failed('provider-down') }, says, isFlaw: true };
  }
  const { filename, subfolder, type } = file;
  const query = new URLSearchParams({ filename, subfolder, type });
  return { reading: { state: 'completed', result: { kind: 'url', url: `${url}/view?${query}` } } };
}

/** What can't even be loaded is about that file; anything else is the machine's trouble. */
function failureAt(node: string | undefined, workflow: Workflow | undefined): FailureCode {
  if (node !== undefined && node === workflow?.image.node) return 'image-rejected';
  if (node !== undefined && node === workflow?.clip.node) return 'clip-rejected';
  return 'provider-down';
}

/** Of the node that saves it; where that has another number by now, whatever was saved for good. */
function videoIn(outputs: HistoryEntry['outputs'], node: string): ResultFile | undefined {
  const saved =
    outputs[node] ??
    Object.values(outputs)
      .flat()
      .filter(({ type }) => type === 'output');
  return saved.find(({ filename }) => VIDEO.test(filename));
}
