/** The nodes of the simulated ComfyUI: what a workflow may be made of, and what it finds wrong with one. */
import type { Reply } from './provider-sim.ts';

/** What each takes: a text, a number, a link to another node, or one of the files of a kind. */
type InputKind = 'text' | 'number' | 'link' | 'input-file' | { oneOf: readonly string[] };
type NodeClass = { required: Record<string, InputKind>; isOutput?: true };

const MODELS = { oneOf: ['Wan2_2-Animate-14B_fp8.safetensors'] };
/** ComfyUI's own, and of VideoHelperSuite and WanVideoWrapper those that saved workflows are full of. */
export const NODES: Record<string, NodeClass> = {
  LoadImage: { required: { image: 'input-file' } },
  LoadVideo: { required: { file: 'input-file' } },
  VHS_LoadVideo: { required: { video: 'input-file' } },
  GetVideoComponents: { required: { video: 'link' } },
  CLIPTextEncode: { required: { text: 'text', clip: 'link' } },
  UNETLoader: { required: { unet_name: MODELS } },
  CLIPLoader: { required: { clip_name: { oneOf: ['umt5_xxl_fp8.safetensors'] } } },
  VAELoader: { required: { vae_name: { oneOf: ['wan_2.1_vae.safetensors'] } } },
  WanAnimateToVideo: {
    required: { positive: 'link', vae: 'link', reference_image: 'link', pose_video: 'link' },
  },
  KSampler: {
    required: { model: 'link', positive: 'link', latent_image: 'link', seed: 'number', steps: 'number' },
  },
  VAEDecode: { required: { samples: 'link', vae: 'link' } },
  CreateVideo: { required: { images: 'link', fps: 'number' } },
  SaveVideo: { required: { video: 'link', filename_prefix: 'text' }, isOutput: true },
  VHS_VideoCombine: { required: { images: 'link', filename_prefix: 'text' }, isOutput: true },
  PreviewImage: { required: { images: 'link' }, isOutput: true },
};

type SimNode = { class_type: string; inputs: Record<string, unknown>; _meta?: { title?: string } };
export type SimGraph = Record<string, SimNode>;

const detail = (type: string, message: string, details: string, extra_info: object = {}) => ({
  type,
  message,
  details,
  extra_info,
});
const refused = (error: object, node_errors: object = {}): Reply => ({
  status: 400,
  json: { error, node_errors },
});

/** What it answers to a prompt that it does not take; undefined where it takes it. */
export function faultIn(
  prompt: unknown,
  { lacking, hasFile }: { lacking: ReadonlySet<string>; hasFile(name: string): boolean },
): Reply | undefined {
  if (typeof prompt !== 'object' || prompt === null)
    return refused(detail('no_prompt', 'No prompt provided', 'No prompt provided'));
  const graph = prompt as Record<string, unknown>;
  for (const [id, node] of Object.entries(graph)) {
    // Its own file format has numbers and lists here, on which it falls over.
    if (typeof node !== 'object' || node === null) return { status: 500, text: 'Internal Server Error' };
    const type = 'class_type' in node ? String(node.class_type) : undefined;
    if (type === undefined)
      return refused(
        detail(
          'invalid_prompt',
          'Cannot execute because a node is missing the class_type property.',
          `Node ID '#${id}'`,
        ),
      );
    if (!NODES[type] || lacking.has(type))
      return refused(
        detail('invalid_prompt', `Cannot execute because node ${type} does not exist.`, `Node ID '#${id}'`),
      );
  }
  const nodes = graph as SimGraph;
  const outputs = outputsOf(nodes);
  if (outputs.length === 0) return refused(detail('prompt_no_outputs', 'Prompt has no outputs', ''));
  const node_errors: Record<string, object> = {};
  for (const [id, node] of Object.entries(nodes)) {
    const errors = errorsOf(node, nodes, hasFile);
    if (errors.length > 0)
      node_errors[id] = { errors, dependent_outputs: outputs, class_type: node.class_type };
  }
  if (Object.keys(node_errors).length === 0) return undefined;
  return refused(
    detail('prompt_outputs_failed_validation', 'Prompt outputs failed validation', ''),
    node_errors,
  );
}

export const outputsOf = (graph: SimGraph): string[] =>
  Object.keys(graph).filter((id) => NODES[graph[id]?.class_type ?? '']?.isOutput);

function errorsOf({ class_type, inputs = {} }: SimNode, graph: SimGraph, hasFile: (name: string) => boolean) {
  const { required } = NODES[class_type] ?? { required: {} };
  return Object.entries(required).flatMap(([name, kind]) => {
    const value = inputs[name];
    const info = { input_name: name };
    if (value === undefined)
      return [detail('required_input_missing', 'Required input is missing', name, info)];
    const isLink = Array.isArray(value) && value.length === 2;
    if (isLink && !graph[String(value[0])])
      return [
        detail('exception_during_inner_validation', 'Exception when validating inner node', `'${value[0]}'`),
      ];
    if (isLink) return [];
    if (kind === 'link')
      return [
        detail(
          'bad_linked_input',
          'Bad linked input, must be a length-2 list of [node_id, slot_index]',
          name,
          info,
        ),
      ];
    if (kind === 'number' && typeof value !== 'number')
      return [detail('invalid_input_type', 'Failed to convert an input value to a INT value', name, info)];
    if (kind === 'input-file' && !hasFile(String(value)))
      return [
        detail(
          'custom_validation_failed',
          'Custom validation failed for node',
          `${name} - Invalid file: ${value}`,
        ),
      ];
    if (typeof kind === 'object' && !kind.oneOf.includes(String(value)))
      return [
        detail(
          'value_not_in_list',
          'Value not in list',
          `${name}: '${value}' not in ${JSON.stringify(kind.oneOf)}`,
          info,
        ),
      ];
    return [];
  });
}

/** A small Wan Animate workflow, as ComfyUI exports it for its API. `saves`: which node makes the file. */
export function animateWorkflow({
  saves = 'SaveVideo',
  title = 'strut video',
}: {
  saves?: 'SaveVideo' | 'VHS_VideoCombine';
  title?: string;
} = {}): SimGraph {
  const node = (class_type: string, inputs: Record<string, unknown>, named = class_type): SimNode => ({
    inputs,
    class_type,
    _meta: { title: named },
  });
  const last: SimGraph =
    saves === 'SaveVideo'
      ? {
          '19': node('CreateVideo', { images: ['8', 0], fps: 16, audio: ['146', 1] }),
          '20': node(
            'SaveVideo',
            { video: ['19', 0], filename_prefix: 'video/ComfyUI', format: 'mp4', codec: 'h264' },
            title,
          ),
        }
      : {
          '20': node(
            'VHS_VideoCombine',
            { images: ['8', 0], frame_rate: 16, filename_prefix: 'AnimateDiff', format: 'video/h264-mp4' },
            title,
          ),
        };
  return {
    '10': node('LoadImage', { image: 'example.png' }, 'Strut Image'),
    '145': node('LoadVideo', { file: 'example.mp4' }, 'strut clip'),
    '146': node('GetVideoComponents', { video: ['145', 0] }),
    '2': node('CLIPLoader', { clip_name: 'umt5_xxl_fp8.safetensors', type: 'wan' }),
    '21': node('CLIPTextEncode', { text: 'a person dances', clip: ['2', 0] }, 'strut prompt'),
    '3': node('VAELoader', { vae_name: 'wan_2.1_vae.safetensors' }),
    '1': node('UNETLoader', { unet_name: 'Wan2_2-Animate-14B_fp8.safetensors', weight_dtype: 'default' }),
    '62': node('WanAnimateToVideo', {
      positive: ['21', 0],
      vae: ['3', 0],
      reference_image: ['10', 0],
      pose_video: ['146', 0],
      length: 77,
    }),
    '63': node('KSampler', {
      model: ['1', 0],
      positive: ['62', 0],
      latent_image: ['62', 2],
      seed: 1,
      steps: 6,
      cfg: 1,
    }),
    '8': node('VAEDecode', { samples: ['63', 0], vae: ['3', 0] }),
    ...last,
  };
}
