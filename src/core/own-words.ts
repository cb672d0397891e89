/**
 * What may be repeated of an error to an operator, in a finding or a message. Errors of ours say whether a retry helps, and
 * their words are our own; those of others may hold anything, so of them no more than their code is told.
 */
export function ownWords(error: unknown): string {
  if (!(error instanceof Error)) return 'it failed';
  if ('retryHelps' in error && typeof error.retryHelps === 'boolean')
    return error.message.replace(/[.\s]*$/, '');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? `it failed (${code})` : `it failed (${error.name})`;
}
