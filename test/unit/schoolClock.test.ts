import { SchoolClock } from '../../nodes/AlfaCrm/values/schoolClock';

/** In New York it is 04:00 then, in Moscow 12:00. */
const NOW = '2026-02-10T09:00:00Z';

beforeEach(() => jest.useFakeTimers({ now: new Date(NOW) }));
afterEach(() => jest.useRealTimers());

/** Returns what the clock says once it has noted one row. */
function warningFor(row: Record<string, unknown>, zone = 'America/New_York'): string | undefined {
	const clock = new SchoolClock(zone);
	clock.note([row as never]);
	return clock.warning;
}

it('a record that was created a moment ago shows by how many hours the clock of the school is ahead', () => {
	expect(warningFor({ created_at: '2026-02-10 12:00:00' })).toBe(
		"AlfaCRM's clock is at least 8 hours ahead of this workflow's (America/New_York). Set Settings → Timezone to the school's, or correct the clock of n8n's computer",
	);
});

it.each([
	['created_at', '2026-02-10 12:00:00'],
	['updated_at', '2026-02-10 12:00:00'],
	['added', '2026-02-10 12:00:00'],
	['date_time', '2026-02-10 12:00:00'],
	['added', '2026-02-10T12:00:00'],
])('the stamp %s of %s proves a wrong time zone', (field, stamp) => {
	expect(warningFor({ [field]: stamp })).toContain('at least 8 hours ahead');
});

it.each([
	['within seconds', '2026-02-10 12:00:20', 'at least 8 hours ahead'],
	['20 minutes ago', '2026-02-10 11:40:00', 'at least 8 hours ahead'],
	['3 hours ago', '2026-02-10 09:00:00', 'at least 5 hours ahead'],
	['6 hours and 40 minutes ago', '2026-02-10 05:20:00', 'at least 1.5 hours ahead'],
	['7 hours ago', '2026-02-10 05:00:00', 'at least 1 hour ahead'],
	['7 hours and 24 minutes ago', '2026-02-10 04:36:00', 'at least 36 minutes ahead'],
	['7 hours and 45 minutes ago', '2026-02-10 04:15:00', 'at least 15 minutes ahead'],
])('a stamp of what happened %s proves no more hours than it is ahead', (_when, stamp, hours) => {
	expect(warningFor({ updated_at: stamp })).toContain(hours);
});

it.each([
	['that agrees with the clock of the workflow', '2026-02-10 04:00:00'],
	['a few minutes ahead, by which computers differ', '2026-02-10 04:06:00'],
	['less than 15 minutes ahead, by which no time zones differ', '2026-02-10 04:14:59'],
	['of the past', '2026-02-09 12:00:00'],
	['further ahead than any two time zones are apart', '2031-01-01 00:00:00'],
	['without a time of day', '2026-02-11'],
	['that is empty', ''],
	['that is no time', '2026-02-10 99:00:00'],
])('a stamp %s proves nothing', (_what, stamp) => {
	expect(warningFor({ created_at: stamp })).toBeUndefined();
});

it.each(['time_from', 'date', 'due_date', 'b_date', 'e_date', 'lesson_date', 'paid_till'])(
	'%s proves nothing, because it may lie in the future',
	(field) => {
		expect(warningFor({ [field]: '2026-02-10 12:00:00' })).toBeUndefined();
	},
);

it('the stamp that is furthest ahead counts, whichever row it is in', () => {
	const clock = new SchoolClock('America/New_York');

	clock.note([{ created_at: '2026-02-10 09:00:00' }, { created_at: '2020-01-01 09:00:00' }]);
	clock.note([{ updated_at: '2026-02-10 12:00:00' }]);
	clock.note([{ updated_at: '2026-02-10 08:00:00' }]);

	expect(clock.warning).toContain('at least 8 hours ahead');
});

it('a stamp with an offset of its own is read by that', () => {
	expect(warningFor({ created_at: '2026-02-10T12:00:00+03:00' })).toBeUndefined();
});

describe('in the hour that the clocks of Kyiv show twice in autumn', () => {
	/** The clocks show 03:10 for the second time. */
	const SECOND_TEN_PAST_THREE = '2026-10-25T01:10:00Z';
	beforeEach(() => jest.setSystemTime(new Date(SECOND_TEN_PAST_THREE)));

	it('a stamp that was in the past at its first time proves nothing', () => {
		expect(warningFor({ created_at: '2026-10-25 03:40:00' }, 'Europe/Kyiv')).toBeUndefined();
	});

	it('a stamp that is ahead at both of its times proves a wrong time zone', () => {
		expect(warningFor({ created_at: '2026-10-25 05:10:00' }, 'Europe/Kyiv')).toContain(
			'at least 2 hours ahead',
		);
	});
});
