/** The files of a job, as its record names them. */

/** A file of ours under DATA_DIR, named by the hash of its bytes. */
export type StoredFile = { key: string; bytes: number; mime: string };
/**
 * What a member handed in, under the name that it had there. `postedBy`: whose message it was on, where that is known, or
 * that they passed it on. `item`: the library item that it is the file of.
 */
export type NamedFile = StoredFile & {
  name?: string;
  postedBy?: string;
  croppedFrom?: WholePicture;
  item?: string;
};
/** The picture that one is a part of, known by its hashes alone: what is blocked of it is blocked of its parts. */
export type WholePicture = { sha256: string; looks?: PictureHash };
/** What a picture looks like, as in `Media`. */
type PictureHash = { plain: string; mirrored: string; middles: string[] };
export type StoredVideo = StoredFile & { width: number; height: number; durationMs: number };
