/** What only the operator can put right; until then nothing should be sent to that provider. The message is for the operator. */
export type ProviderTrouble = {
  kind: 'out-of-balance' | 'bad-key' | 'endpoint-gone' | 'unreachable' | 'bad-workflow';
  message: string;
};
