/** What a picture must be like for this machine. In a file of its own: whoever reads it starts no decoder. */

/** What a child can decode within its memory (bench/media.ts): the phones' 50 megapixels. */
export const MAX_PIXELS = 51_000_000;
