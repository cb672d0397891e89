/** What a picture must be like to be taken. In a file of its own: whoever reads it starts no decoder. */

/**
 * What the hosted models take: each side 300 to 65,536 px, ratio 1:2.5 to 2.5:1, JPEG or PNG of at most 10 MB
 * (Kling motion control, klingai.com developer pages, November 2026).
 */
export const MIN_SIDE = 300;
export const MAX_RATIO = 2.5;
export const MAX_BYTES = 10_000_000;
/** Two of those who host the model take no side over 3850 pixels, and none renders more than 1080 lines. */
export const MAX_SIDE = 3840;
/** What a child can decode within its memory (bench/media.ts): the phones' 50 megapixels. */
export const MAX_PIXELS = 51_000_000;
