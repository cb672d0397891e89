/** A person picks a file for an option or a form. */
import type { FileInput, SimFile } from './cdn.ts';
import { NotPossible } from './errors.ts';
import { fitsFileTypes } from './schema/common.ts';
import type { Sim } from './sim.ts';

/** A file for an option or a form: kept apart from messages, and for a while only. */
export async function pickFile(
  sim: Sim,
  input: FileInput,
  types: readonly string[] | null | undefined,
): Promise<SimFile> {
  const file = await sim.cdn.takeInput(input, { channelId: sim.world.bot.id, ephemeral: true });
  if (!fitsFileTypes(file.filename, types))
    throw new NotPossible(`${file.filename} is not of ${types?.join(', ')}`);
  return file;
}
