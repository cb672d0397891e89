/** What several of Discord's forms share. */
import { z } from 'zod';

export const snowflake = z.union([z.string().regex(/^\d{1,20}$/), z.int().nonnegative().transform(String)]);

/** A wrong field, as Discord names it. */
export type Problem = { path: PropertyKey[]; code: string; message: string };

export function report(problems: readonly Problem[], context: z.RefinementCtx): void {
  for (const { path, code, message } of problems)
    context.addIssue({ code: 'custom', path, message, params: { code } });
}

/** discord.com/developers/docs/reference#locales, read 2026-11-21. */
const LOCALES = new Set(
  'id en-US en-GB bg zh-CN zh-TW hr cs da nl fi fr de el hi hu it ja ko lt no pl pt-BR ro ru es-ES es-419 sv-SE th tr uk vi'.split(
    ' ',
  ),
);

export const localizations = (text: z.ZodType<string>) =>
  z
    .record(z.string(), text)
    .refine((record) => Object.keys(record).every((locale) => LOCALES.has(locale)), {
      error: 'This locale is unknown',
    })
    .nullish();

/** Which files may be picked: up to 10 of image, video, audio or an ending (reference#file-type-filtering). */
export const fileTypes = z
  .array(z.string().regex(/^(?:image|video|audio|\.[a-z0-9]{1,16})$/))
  .max(10)
  .nullish();

const ENDINGS: Record<string, readonly string[]> = {
  image: ['png', 'jpg', 'jpeg', 'gif', 'webp', 'avif', 'heic', 'heif', 'bmp', 'tiff', 'tif', 'svg', 'jfif'],
  video: ['mp4', 'mov', 'webm', 'mkv', 'avi', 'm4v', 'mpg', 'mpeg', '3gp', 'wmv', 'flv'],
  audio: ['mp3', 'ogg', 'wav', 'flac', 'm4a', 'aac', 'opus'],
};

/** Only the name is looked at, as Discord does. */
export function fitsFileTypes(filename: string, types: readonly string[] | null | undefined): boolean {
  if (!types?.length) return true;
  const ending = filename.toLowerCase().split('.').at(-1) ?? '';
  return types.some((type) => type === `.${ending}` || ENDINGS[type]?.includes(ending));
}
