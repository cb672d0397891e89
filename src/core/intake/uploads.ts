/** What members may hand in, and what they have handed in already. */

import type { StoredFile, WholePicture } from '../job/job.ts';
import type { Files } from '../ports.ts';

/** Far over what a provider takes, as pictures and clips are made smaller here. */
export const MAX_UPLOAD_BYTES = { image: 50_000_000, clip: 300_000_000 } as const;

/** The disk ran full under a write of ours. A retry helps only once somebody has made room. */
export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOSPC';

/** A file of ours as an upload. Others may need the very same file: `kept` says that it is not moved from where it lies. */
export async function keptUpload(
  files: Pick<Files, 'path'>,
  {
    key,
    bytes,
    mime,
    name,
    postedBy,
    croppedFrom,
    item,
  }: StoredFile & {
    name?: string | undefined;
    postedBy?: string | undefined;
    croppedFrom?: WholePicture | undefined;
    item?: string | undefined;
  },
): Promise<Upload> {
  const kept = { key, bytes, mime };
  // Files are named by their hash.
  return {
    path: await files.path(kept),
    sha256: key.slice(0, 64),
    kept,
    ...(name ? { name } : {}),
    ...(postedBy === undefined ? {} : { postedBy }),
    ...(croppedFrom ? { croppedFrom } : {}),
    ...(item === undefined ? {} : { item }),
  };
}

type KeptFile = Parameters<typeof keptUpload>[1];

export async function keptUploads(
  files: Pick<Files, 'path'>,
  { image, clip }: { image: KeptFile; clip: KeptFile },
): Promise<Uploads> {
  const [one, other] = await Promise.all([keptUpload(files, image), keptUpload(files, clip)]);
  return { image: one, clip: other };
}

/**
 * A file that a member gave us, whole on our disk, with the name that it had there. `kept`: it is one of ours.
 * `repeats`: where it comes from it is played over and over, as stickers are. `postedBy`: the member whose message it was
 * on, with their platform, where that is known. `item`: the library item that it is the file of.
 */
export type Upload = {
  path: string;
  sha256: string;
  name?: string;
  kept?: StoredFile;
  repeats?: true;
  postedBy?: string;
  croppedFrom?: WholePicture;
  item?: string;
};
export type Uploads = { image: Upload; clip: Upload };
