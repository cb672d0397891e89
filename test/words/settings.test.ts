import { describe, expect, it } from 'vitest';
import type { OwnSettings } from '../../src/core/settings/setting.ts';
import { LOCALES, wordsFor } from '../../src/words/index.ts';
import { changedLines, historyLines, noticeLines, settingsLines } from '../../src/words/settings.ts';
import { settle } from '../fakes/settings.ts';

const words = wordsFor('en');
const naming = (kind: string, id: string) => `<${kind} ${id}>`;
const OWN: OwnSettings = {
  limits: [
    { who: { kind: 'space' }, period: 'day', unit: 'usd', max: 5_000_000 },
    { who: { kind: 'role', id: '77' }, period: 'month', unit: 'jobs', max: 10 },
    { who: { kind: 'member', id: 'discord:7' }, period: 'day', unit: 'jobs', max: 'off' },
  ],
  grants: [{ who: { kind: 'role', id: '77' }, unit: 'jobs', max: 1, until: Date.UTC(2026, 10, 30) }],
  channels: ['5'],
  blocked: [{ member: 'discord:9' }, { member: 'discord:8', until: Date.UTC(2026, 10, 30) }],
  confirmAboveMicros: 500_000,
};
const view = { own: OWN, settings: settle(OWN, { limits: [], timeZone: 'UTC' }) };

describe('the settings in words', () => {
  it('say what holds, and where it comes from', () => {
    const text = settingsLines(words, view, naming).join('\n');
    expect(text).toContain(
      'all together: $5.00 a day; role <role 77>: 10 jobs a month; <member discord:7>: no limit a day (set here)',
    );
    expect(text).toContain('Ask before jobs dearer than: $0.50 (set here)');
    expect(text).toContain('Best quality: Pro (default)');
    expect(text).toContain('<member discord:9> for good');
    expect(text).toContain('Keep videos for: 30 days (default)');
  });

  it('say what was changed, from what to what', () => {
    const entry = { at: 0, by: 'discord:1', setting: 'confirmAboveMicros' as const, to: 500_000 };
    expect(changedLines(words, [entry], naming)).toEqual([
      'Changed: Ask before jobs dearer than, from default to $0.50.',
    ]);
    expect(changedLines(words, [], naming)).toEqual(['It was so already. Nothing was changed.']);
    expect(historyLines(words, [entry], naming, 'UTC')[0]).toContain('<member discord:1> changed');
  });

  it('leave no placeholder and no key open in any language', () => {
    for (const locale of LOCALES) {
      const some = wordsFor(locale);
      const line = {
        scope: 'space' as const,
        period: 'day' as const,
        maxMicros: 5,
        usedMicros: 4,
        heldMicros: 0,
        usedJobs: 0,
        heldJobs: 0,
        resetsAt: 0,
        timeZone: 'UTC',
      };
      const text = [
        ...settingsLines(some, view, naming),
        ...noticeLines(some, { kind: 'share', percent: 80, line }, naming),
      ].join('\n');
      expect(text).not.toMatch(/\{\{|settings\.|notice\.|undefined/);
    }
  });
});
