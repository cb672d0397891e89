/** Both models, loaded once a process. */
import { loadPoseModel } from '../../../puppet/model.ts';
import { loadFaceModel } from '../faces.ts';
import type { Models } from './everybody.ts';

export async function loadModels(): Promise<Models> {
  return { pose: await loadPoseModel(), face: await loadFaceModel() };
}
