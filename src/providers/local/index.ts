/** The `local` provider: free drafts, rendered on this machine by a child process. */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { type Operation, QUALITIES } from '../../core/job/job.ts';
import { DRAFT } from '../../core/models/registry.ts';
import type { Files, Provider } from '../../core/ports.ts';
import { createRenders, type RenderOrder, type Renders, type RunDraft } from './renders.ts';

export type LocalOptions = {
  run: RunDraft;
  files: Pick<Files, 'path'>;
  /** Drafts are made in `drafts` under it, on the disk where the results are kept. */
  dataDir: string;
  /** Whether it takes `standard` and `pro` too: only where no hosted provider is there to do them. */
  servesAll: boolean;
  log: { warn(facts: Record<string, unknown>, message: string): void };
  /** Whether this process renders the drafts; of several, one does. */
  rendersHere?: () => boolean;
  /** Hears that the render of a job stands differently now. */
  onNews?: (jobId: string) => void;
};

/**
 * Everything that is needed to render again after a restart, wherever the data folder lies by then: `image` and `clip`
 * are keys. Older records have whole paths there, which end in the key.
 */
const operationSchema = z.object({
  jobId: z.string(),
  image: z.string(),
  clip: z.string(),
  sound: z.boolean(),
  orientation: z.enum(['video', 'image']),
});
type LocalOperation = z.infer<typeof operationSchema>;

/** A provider that costs nothing and forgets nothing: its operation holds all that a render needs. */
export function createLocalProvider(
  options: LocalOptions,
): Provider & Required<Pick<Provider, 'release'>> & Pick<Renders, 'drop' | 'stop'> {
  const folder = join(options.dataDir, 'drafts');
  const { run, log, rendersHere = () => true, onNews } = options;
  const renders = createRenders({ run, folder, log, rendersHere, onNews });
  const qualities = options.servesAll ? QUALITIES : (['draft'] as const);

  /** A job's id may hold anything; a file's name may not. */
  const pathOf = (jobId: string): string =>
    join(folder, `${createHash('sha256').update(jobId).digest('hex').slice(0, 32)}.mp4`);

  const inputPath = (saved: string): Promise<string> => options.files.path({ key: basename(saved) });
  const read = async (operation: Operation): Promise<RenderOrder> => {
    const { image, clip, ...parsed } = operationSchema.parse(operation);
    const [imagePath, clipPath] = await Promise.all([inputPath(image), inputPath(clip)]);
    return { ...parsed, imagePath, clipPath, toPath: pathOf(parsed.jobId) };
  };

  return {
    id: 'local',
    capabilities: {
      offers: qualities.map((quality) => ({ model: DRAFT, quality })),
      negativePrompt: false,
      free: true,
      pollFloorMs: 500,
    },
    async quote(request) {
      return (qualities as readonly string[]).includes(request.quality)
        ? { micros: 0, notes: ['draft'] }
        : undefined;
    },
    async upload({ image, clip }) {
      return { image: image.key, clip: clip.key };
    },
    async submit(jobId, request, uploaded) {
      const operation = operationOf(jobId, request, uploaded);
      await mkdir(folder, { recursive: true });
      renders.begin(await read(operation));
      return { kind: 'accepted', operation };
    },
    async status(operation) {
      await mkdir(folder, { recursive: true });
      return renders.status(await read(operation));
    },
    async cancel(operation) {
      return renders.cancel(await read(operation));
    },
    // What a lost submit would have answered: it is the same for the same job, and rendering again costs nothing.
    async find(jobId, request, uploaded) {
      return operationOf(jobId, request, uploaded);
    },
    costOf: () => 0,
    release: (jobId) => renders.release(jobId, pathOf(jobId)),
    drop: () => renders.drop(),
    stop: () => renders.stop(),
  };
}

function operationOf(
  jobId: string,
  request: { sound: boolean; orientation: 'video' | 'image' },
  uploaded: { image: string; clip: string },
): LocalOperation {
  return {
    jobId,
    image: uploaded.image,
    clip: uploaded.clip,
    sound: request.sound,
    orientation: request.orientation,
  };
}
