/** What the page and the API say to each other of how the bot is. */

export type DiagnosisView = {
  code: string;
  about?: string;
  level: 'ok' | 'warning' | 'broken';
  what: string;
  why?: string;
  nextStep?: string;
};

/** `at`: epoch milliseconds. The worst first. */
export type HealthView = { at: number; status: DiagnosisView['level']; found: DiagnosisView[] };
