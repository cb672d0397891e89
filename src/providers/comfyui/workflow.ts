/** The operator's workflow: its nodes are found by title, as their numbers move with every change. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Scene } from '../../core/job/job.ts';
import { parseJson } from '../http.ts';
import { type ComfyOperation, FOLDER, type Graph, graphShape } from './wire.ts';

/** Where in the graph a text goes. */
type Field = { node: string; input: string };
export type Workflow = {
  graph: Graph;
  scene: Scene;
  image: Field;
  clip: Field;
  prompt?: Field;
  /** The node that saves the video. */
  video: string;
};
/** By the scene that each shows. */
export type Workflows = Partial<Record<Scene, Workflow>>;

const SCENE_TITLES: Record<Scene, string> = { picture: 'strut video', clip: 'strut video (clip)' };
/** What nodes that load a file, or take a text, call it (ComfyUI's own, and VideoHelperSuite's). */
const FIELDS: Record<string, readonly string[]> = {
  'strut image': ['image', 'file'],
  'strut clip': ['file', 'video'],
  'strut prompt': ['text', 'value', 'prompt', 'positive_prompt'],
};
/** ComfyUI's page draws a new one for each run; whoever sends a workflow must do so. */
const SEEDS = ['seed', 'noise_seed'];
const MAX_SEED = 2 ** 31;

/** Something about the workflow that only the operator can put right. */
export class BadWorkflow extends Error {
  override name = 'BadWorkflow';
}

/** Reads all of them. Throws BadWorkflow. */
export async function readWorkflows(paths: readonly string[]): Promise<Workflows> {
  if (paths.length === 0) throw new BadWorkflow('set COMFYUI_WORKFLOW, docs/comfyui.md says how');
  const all: Workflows = {};
  for (const path of paths) {
    const name = basename(path);
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new BadWorkflow(
        error.code === 'ENOENT'
          ? `COMFYUI_WORKFLOW: there is no file ${name}`
          : `COMFYUI_WORKFLOW: ${name} can't be read (${error.code})`,
      );
    });
    const workflow = workflowIn(text, name);
    if (all[workflow.scene])
      throw new BadWorkflow(`COMFYUI_WORKFLOW: two workflows end in “${SCENE_TITLES[workflow.scene]}”`);
    all[workflow.scene] = workflow;
  }
  return all;
}

export function workflowIn(text: string, name: string): Workflow {
  const bad = (why: string) => new BadWorkflow(`COMFYUI_WORKFLOW: ${name} ${why}`);
  const json = parseJson(text);
  if (json === undefined) throw bad('is no JSON');
  if (typeof json === 'object' && json !== null && 'nodes' in json && Array.isArray(json.nodes))
    throw bad('is saved as ComfyUI keeps it, not for its API: use Workflow → Export (API)');
  const parsed = graphShape.safeParse(json);
  if (!parsed.success) throw bad('is no workflow in ComfyUI’s API format');
  const graph = parsed.data;

  const titled = (title: string): string | undefined => {
    const [first, second] = Object.keys(graph).filter((id) => titleOf(graph, id) === title);
    if (second !== undefined) throw bad(`has two nodes with the title “${title}”`);
    return first;
  };
  const field = (title: string): Field | undefined => {
    const node = titled(title);
    if (node === undefined) return undefined;
    const known = FIELDS[title] ?? [];
    // One that is a link is filled by another node, whatever we write.
    const input = known.find((one) => typeof graph[node]?.inputs[one] === 'string');
    if (!input) throw bad(`has no ${known.join(' or ')} to fill in at its node “${title}”`);
    return { node, input };
  };

  const [image, clip, prompt] = [field('strut image'), field('strut clip'), field('strut prompt')];
  const ofPicture = titled(SCENE_TITLES.picture);
  const ofClip = titled(SCENE_TITLES.clip);
  if (ofPicture !== undefined && ofClip !== undefined)
    throw bad(`has both “${SCENE_TITLES.picture}” and “${SCENE_TITLES.clip}”: it can show one scene`);
  const video = ofPicture ?? ofClip;
  if (!image || !clip || video === undefined) {
    const missing = [
      ...(image ? [] : ['strut image']),
      ...(clip ? [] : ['strut clip']),
      ...(video === undefined ? ['strut video'] : []),
    ];
    throw bad(`has no node with the title ${missing.map((one) => `“${one}”`).join(' and ')}`);
  }
  return {
    graph,
    scene: ofClip === undefined ? 'picture' : 'clip',
    image,
    clip,
    video,
    ...(prompt ? { prompt } : {}),
  };
}

const titleOf = (graph: Graph, id: string): string | undefined =>
  graph[id]?._meta?.title?.trim().toLowerCase();

/** What a file of ours is called among ComfyUI's own. */
const inputName = (key: string): string => `${FOLDER}/${key}`;

/** The graph for one job; the same for the same job. */
export function fill(
  { graph, image, clip, prompt, video }: Workflow,
  job: Pick<ComfyOperation, 'id' | 'image' | 'clip' | 'prompt'>,
): Graph {
  const filled = structuredClone(graph);
  const set = ({ node, input }: Field, text: string): void => {
    const inputs = filled[node]?.inputs;
    if (inputs) inputs[input] = text;
  };
  const seed = createHash('sha256').update(job.id).digest().readUInt32BE() % MAX_SEED;
  for (const { inputs } of Object.values(filled))
    for (const name of SEEDS) if (typeof inputs[name] === 'number') inputs[name] = seed;
  set(image, inputName(job.image));
  set(clip, inputName(job.clip));
  if (prompt && job.prompt) set(prompt, job.prompt);
  if (typeof filled[video]?.inputs.filename_prefix === 'string')
    set({ node: video, input: 'filename_prefix' }, `${FOLDER}/${job.id.slice(0, 8)}`);
  return filled;
}

/** The nodes that a node is made from, itself among them. */
export function sourcesOf(graph: Graph, id: string): Set<string> {
  const all = new Set<string>();
  const left = [id];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const found = graph[next];
    if (!found || all.has(next)) continue;
    all.add(next);
    for (const input of Object.values(found.inputs)) if (Array.isArray(input)) left.push(String(input[0]));
  }
  return all;
}
