/** Where pictures, clips and videos are kept, when it is not DATA_DIR: `FILES_URL` of the environment. */
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { baseUrl } from './environment.ts';

export type FilesPlace =
  | { kind: 'folder'; path: string }
  | {
      kind: 's3';
      bucket: string;
      /** Empty, or with a slash at its end. */
      prefix: string;
      endpoint: string;
      region: string;
      publicEndpoint?: string | undefined;
      /** Of copies on this machine's disk. */
      cacheBytes: number;
    };

const HELP = 'must be like file:///mnt/strut or s3://bucket?endpoint=https://s3.example.com';
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

const options = z.strictObject({
  endpoint: baseUrl.optional(),
  region: z
    .string()
    .regex(/^[\w-]+$/, 'must be like eu-central-1')
    .default('us-east-1'),
  public: baseUrl.optional(),
  cacheMb: z.coerce.number({ error: 'must be a number of megabytes' }).int().min(100).default(5_000),
});

export const filesUrl = z.string().transform((text, ctx): FilesPlace => {
  const refuse = (message: string): never => {
    ctx.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  const url = URL.parse(text);
  if (url?.protocol === 'file:') {
    const path = url.host === '' && !url.search ? readable(() => fileURLToPath(url)) : undefined;
    return path === undefined ? refuse(HELP) : { kind: 'folder', path };
  }
  if (url?.protocol !== 's3:' || !BUCKET.test(url.hostname)) return refuse(HELP);
  if (url.username || url.password)
    return refuse('must not hold the keys: they belong into S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY');
  const read = options.safeParse(Object.fromEntries(url.searchParams));
  if (!read.success)
    return refuse(read.error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; '));
  const { endpoint, region, public: publicEndpoint, cacheMb } = read.data;
  const folder = readable(() => decodeURI(url.pathname))?.replace(/^\/+|\/+$/g, '');
  if (folder === undefined) return refuse(HELP);
  return {
    kind: 's3',
    bucket: url.hostname,
    prefix: folder && `${folder}/`,
    endpoint: endpoint ?? `https://s3.${region}.amazonaws.com`,
    region,
    publicEndpoint,
    cacheBytes: cacheMb * 1_000_000,
  };
});

/** Undefined where a percent sign in it stands for nothing that could be in a path. */
function readable(decode: () => string): string | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}

/** The keys of the store, under our own names or those that its other tools read. */
export const s3Keys = {
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
};
export const S3_SECRETS = ['S3_SECRET_ACCESS_KEY', 'AWS_SECRET_ACCESS_KEY'] as const;

type S3Keys = { accessKeyId: string; secretAccessKey: string };

/** A pair of one kind of names: half of each would be the keys of two accounts. */
export function s3KeysOf(env: { [Name in keyof typeof s3Keys]?: string | undefined }): S3Keys | undefined {
  const pairs = [
    [env.S3_ACCESS_KEY_ID, env.S3_SECRET_ACCESS_KEY],
    [env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY],
  ] as const;
  for (const [accessKeyId, secretAccessKey] of pairs)
    if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey };
  return undefined;
}
