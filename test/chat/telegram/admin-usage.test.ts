import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { buttonsOf, textOf } from '../../../simulators/telegram/telegram.ts';
import { sampleImage } from '../../samples.ts';
import { adminSetup } from './admin-setup.ts';

const chart = async () => readFile(await sampleImage({ width: 900, height: 400 }));

/** A group in which one video was made. */
async function spent() {
  const setup = await adminSetup({ world: { media: { chart } } });
  await setup.animates();
  await setup.harness.video(setup.group);
  await setup.harness.until('delivered');
  return setup;
}

describe('/usage', () => {
  it('shows a picture with what was spent, by whom and with whom, and gives out every line', async () => {
    const { harness, telegram, admin, group, says, presses } = await spent();
    const report = await says(admin, '/usage');
    expect(report.photo).toBeDefined();
    expect(textOf(report)).toBe(
      'Spent this month\n$0.28 in 1 job\n\nBy provider\npaid: $0.28 in 1 job\n\nBy member\nAda: $0.28 in 1 job',
    );
    expect(buttonsOf(report)).toEqual([['Export CSV', 'Export the audit log']]);
    await presses(admin, report, 'Export CSV');
    const file = await telegram.waitFor(() => telegram.said(group).find(({ document }) => document));
    expect(file.document?.file_name).toMatch(/^usage-\d{4}-\d\d-01-\d{4}-\d\d-\d\d\.csv$/);
    expect(file.document?.file_size).toBeGreaterThan(100);
    const [upload] = telegram.calls('sendDocument');
    expect(Object.keys(upload?.uploads ?? {})).toHaveLength(1);
    expect(harness.videos(group)).toHaveLength(1);
  });

  it('is for admins alone, also its button', async () => {
    const { telegram, admin, eve, group, says, told, presses } = await spent();
    expect(await told(eve, '/usage')).toBe('Only admins can do that.');
    const report = await says(admin, '/usage day');
    expect(await presses(eve, report, 'Export CSV')).toEqual({
      text: 'Only admins can do that.',
      alert: true,
    });
    expect(telegram.said(group).some(({ document }) => document)).toBe(false);
  });

  it('says so where nothing was spent, and which days there are', async () => {
    const { admin, told } = await adminSetup();
    expect(await told(admin, '/usage week')).toBe(
      'Spent in the last 7 days\nNothing was spent in this time.',
    );
    expect(await told(admin, '/usage year')).toBe('“period” can be: day, week, month, last-month.');
  });

  it('tells the sums where pictures may not be sent', async () => {
    const { admin, group, told } = await spent();
    group.forbids.add('media');
    expect(await told(admin, '/usage')).toContain('$0.28 in 1 job');
  });
});
