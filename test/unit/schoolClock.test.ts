import type { IDataObject } from 'n8n-workflow';

import { SchoolClock } from '../../nodes/AlfaCrm/values/schoolClock';

/** In New York it is 04:00 then, in Moscow 12:00. */
const NOW = '2026-02-10T09:00:00Z';

beforeEach(() => {
	jest.useFakeTimers({ now: new Date(NOW) });
});

afterEach(() => {
	jest.useRealTimers();
});

/** Lets AlfaCRM show one record, and reads the warning about the time zone of the workflow. */
function readWarningAfter(record: IDataObject, { zone = 'America/New_York' } = {}): string | undefined {
	const clock = new SchoolClock(zone);
	clock.checkStamps([record]);
	return clock.warning;
}

describe('The warning of a wrong time zone', () => {
	it('the warning says how many hours AlfaCRM’s clock is ahead and what the user can do', () => {
		expect(readWarningAfter({ created_at: '2026-02-10 12:00:00' })).toBe(
			"AlfaCRM's clock is at least 8 hours ahead of this workflow's (America/New_York). Set Settings → Timezone to the school's, or correct the clock of n8n's computer",
		);
	});

	it.each([
		{ field: 'created_at', stamp: '2026-02-10 12:00:00' },
		{ field: 'updated_at', stamp: '2026-02-10 12:00:00' },
		{ field: 'added', stamp: '2026-02-10 12:00:00' },
		{ field: 'date_time', stamp: '2026-02-10 12:00:00' },
		{ field: 'added', stamp: '2026-02-10T12:00:00' },
	])('the warning appears when $field is $stamp, eight hours from now', ({ field, stamp }) => {
		expect(readWarningAfter({ [field]: stamp })).toContain('at least 8 hours ahead');
	});

	// The difference of the clocks is at least as large as it seems: eight hours minus the age of the record. Time zones
	// are half hours apart, so it is rounded up to half hours. Below an hour it stays in minutes.
	it.each([
		{ changed: 'now, by a clock 20 seconds fast', stamp: '2026-02-10 12:00:20', difference: '8 hours' },
		{ changed: '20 minutes ago', stamp: '2026-02-10 11:40:00', difference: '8 hours' },
		{ changed: '3 hours ago', stamp: '2026-02-10 09:00:00', difference: '5 hours' },
		{ changed: '6 hours and 40 minutes ago', stamp: '2026-02-10 05:20:00', difference: '1.5 hours' },
		{ changed: '7 hours ago', stamp: '2026-02-10 05:00:00', difference: '1 hour' },
		{ changed: '7 hours and 24 minutes ago', stamp: '2026-02-10 04:36:00', difference: '36 minutes' },
		{ changed: '7 hours and 45 minutes ago', stamp: '2026-02-10 04:15:00', difference: '15 minutes' },
	])(
		'the warning names $difference for a record of Moscow that was changed $changed',
		({ stamp, difference }) => {
			expect(readWarningAfter({ updated_at: stamp })).toContain(`at least ${difference} ahead`);
		},
	);

	it.each([
		{ description: 'agrees with the clock of the workflow', stamp: '2026-02-10 04:00:00' },
		{
			description: 'is a few minutes ahead, as the clocks of two computers are',
			stamp: '2026-02-10 04:06:00',
		},
		{ description: 'is less than 15 minutes ahead, as no two time zones are', stamp: '2026-02-10 04:14:59' },
		{ description: 'lies in the past', stamp: '2026-02-09 12:00:00' },
		{ description: 'is further ahead than any two time zones are apart', stamp: '2031-01-01 00:00:00' },
		{ description: 'has no time of day', stamp: '2026-02-11' },
		{ description: 'is empty', stamp: '' },
		{ description: 'is no time', stamp: '2026-02-10 99:00:00' },
	])('the warning does not appear for a stamp that $description', ({ stamp }) => {
		expect(readWarningAfter({ created_at: stamp })).toBeUndefined();
	});

	it('the warning does not appear for a stamp with an offset that agrees with the clock', () => {
		expect(readWarningAfter({ created_at: '2026-02-10T12:00:00+03:00' })).toBeUndefined();
	});

	it.each([
		{ field: 'time_from' },
		{ field: 'date' },
		{ field: 'due_date' },
		{ field: 'b_date' },
		{ field: 'e_date' },
		{ field: 'lesson_date' },
		{ field: 'paid_till' },
	])('the warning does not appear for $field, which may lie in the future', ({ field }) => {
		expect(readWarningAfter({ [field]: '2026-02-10 12:00:00' })).toBeUndefined();
	});

	it('the warning names the largest difference of all records', () => {
		const clock = new SchoolClock('America/New_York');

		clock.checkStamps([{ created_at: '2026-02-10 09:00:00' }, { created_at: '2020-01-01 09:00:00' }]);
		clock.checkStamps([{ updated_at: '2026-02-10 12:00:00' }]);
		clock.checkStamps([{ updated_at: '2026-02-10 08:00:00' }]);

		expect(clock.warning).toContain('at least 8 hours ahead');
	});
});

describe('The warning in the hour that the clocks of Kyiv show twice in autumn', () => {
	/** At this moment, the clocks of Kyiv show 03:10 for the second time. */
	const SECOND_TEN_PAST_THREE = '2026-10-25T01:10:00Z';

	beforeEach(() => {
		jest.setSystemTime(new Date(SECOND_TEN_PAST_THREE));
	});

	it('the warning does not appear for 03:40 when it is 03:10 for the second time, after 03:40 has passed once', () => {
		const warning = readWarningAfter({ created_at: '2026-10-25 03:40:00' }, { zone: 'Europe/Kyiv' });

		expect(warning).toBeUndefined();
	});

	it('the warning appears for 05:10 when it is 03:10 for the second time', () => {
		const warning = readWarningAfter({ created_at: '2026-10-25 05:10:00' }, { zone: 'Europe/Kyiv' });

		expect(warning).toContain('at least 2 hours ahead');
	});
});
