import { officeOf, stopClock } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { add, rows } = officeOf(school);

/** The lessons of branch 1 that the picker shows for what is typed. */
async function found(typed: string): Promise<unknown[]> {
	const form = { resource: 'lesson', operation: 'get', branchId: 1 };
	const { results } = await school.engine.search('searchLessons', form, typed);
	return results.map(({ value }) => value);
}

const lessonOn = (date: string): number =>
	add('lesson', {
		...{ branch_id: 1, status: 1, lesson_type_id: 2, subject_id: 1, date },
		...{ time_from: `${date} 20:00:00`, time_to: `${date} 21:00:00` },
	});

afterEach(() => jest.useRealTimers());

it.each([
	['2026-11-27', { '10.02': '2027-02-10', '26.11': '2026-11-26', '1.6.': '2026-06-01' }],
	['2026-02-11', { '10.02': '2026-02-10', '31.12': '2025-12-31', '10.2.25': '2025-02-10' }],
	['2027-12-01', { '29.02': '2028-02-29', '01.12': '2027-12-01' }],
])('a day without a year is the nearest one, on %s', async (today, wanted) => {
	stopClock(`${today}T09:00:00Z`);
	const days = [...new Set(Object.values(wanted).map((day) => day.slice(4)))];
	const added = new Map<unknown, string>();
	for (const year of [2025, 2026, 2027, 2028]) {
		for (const day of days) added.set(lessonOn(`${year}${day}`), `${year}${day}`);
	}
	for (const [typed, day] of Object.entries(wanted)) {
		const own = (await found(typed)).flatMap((id) => added.get(id) ?? []);
		expect([typed, own]).toEqual([typed, [day]]);
	}
});

it('what is no day is looked for as an ID', async () => {
	const [{ id }] = rows('lesson');
	expect(await found(String(id))).toEqual([id]);
	expect(await found('45.13')).toEqual([]);
});

it.each(['10/02', '10-02', '10 02', '10.02/'])('a day that cannot be told, %s, is no ID', async (typed) => {
	add('lesson', {
		...{ id: 1002, branch_id: 1, status: 1, lesson_type_id: 2, subject_id: 1, date: '2026-02-12' },
		...{ time_from: '2026-02-12 20:00:00', time_to: '2026-02-12 21:00:00' },
	});
	expect(await found('1002')).toEqual([1002]);
	expect(await found(typed)).toEqual([]);
});
