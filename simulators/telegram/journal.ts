/** Every request that came, in order, with what became of it. */
export type Upload = { name: string; mime: string; bytes: number; sha256: string; path: string };

export type Call = {
  at: number;
  /** As it was called, `sendVideo`; `file` for a download, with the path in `params`. */
  method: string;
  params: Record<string, unknown>;
  /** Files that came with it, by their field. */
  uploads: Record<string, Upload>;
  headers: Record<string, string>;
  /** Undefined until it is answered, and for ever where the answer was lost or never came. */
  answer?: { status: number; body: unknown };
};
