import { onTestFinished } from 'vitest';
import { type S3Sim, startS3 } from '../../../simulators/s3.ts';
import { createS3Client, type S3Place } from '../../../src/store/s3/client.ts';
import { createS3Files } from '../../../src/store/s3/files.ts';
import { createS3Objects } from '../../../src/store/s3/objects.ts';
import { freshFolder } from '../../fakes/folder.ts';

const SMALL_PARTS = { inPartsAboveBytes: 200_000, partBytes: 64_000 };

export const placeOn = ({ url, bucket, region, accessKeyId, secretAccessKey }: S3Sim): S3Place => ({
  endpoint: url,
  bucket,
  prefix: 'of strut/',
  region,
  accessKeyId,
  secretAccessKey,
});

type ProcessOptions = { cacheBytes?: number; silenceMs?: number; freeBytes?: () => Promise<number> };

/** A simulated store, and as many processes on it as a test wants; each has a disk of its own. */
export async function s3World(place: Partial<S3Place> = {}) {
  const sim = await startS3({ smallestPart: SMALL_PARTS.partBytes });
  onTestFinished(() => sim.close());
  const time = { now: 1_800_000_000_000 };

  function processOn({ cacheBytes = 10_000_000, silenceMs = 30_000, ...disk }: ProcessOptions = {}) {
    const at = { ...placeOn(sim), ...place };
    const client = createS3Client(at, { pauseMs: 1, silenceMs });
    const objects = createS3Objects(client, at, SMALL_PARTS);
    const dataDir = freshFolder();
    const files = createS3Files({ client, objects, dataDir, cacheBytes, now: () => time.now, ...disk });
    onTestFinished(async () => {
      files.stop();
      await client.stop();
    });
    return { client, objects, files, dataDir };
  }
  return { sim, time, processOn };
}
