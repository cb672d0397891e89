/** What an upload throws when trying again is no use. */
import type { FailureCode } from './refusals.ts';

/**
 * A provider won't take our files: nothing was sent to be rendered, so another provider may be tried. Trying the
 * same one again does not help.
 */
export class UploadRefused extends Error {
  override name = 'UploadRefused';
  readonly failure: FailureCode;
  constructor(failure: FailureCode) {
    super(`the provider refuses our files: ${failure}`);
    this.failure = failure;
  }
}
