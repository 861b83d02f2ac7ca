import { officeOf, OPEN_END, stopClock } from '../support/office';
import { form, NOON, TODAY } from '../support/overview';
import type { Row } from '../support/overview';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { add, patch, rows, run, set } = officeOf(school);

const AHEAD = { status: 1, date: '2026-02-12' };
const HELD = { status: 3, date: '2026-02-09' };

const lesson = (more: Row, hour = 10) => {
	const day = String(more.date);
	return add('lesson', {
		...{ branch_id: 1, lesson_type_id: 2, subject_id: 1, customer_ids: [], group_ids: [] },
		...{ time_from: `${day} ${hour}:00:00`, time_to: `${day} ${hour + 1}:00:00` },
		...more,
	});
};
const client = () => add('customer', { name: 'Ия', is_study: 1, legal_type: 1, branch_ids: [1] });
const group = () => add('group', { name: 'Новая', branch_ids: [1], e_date: OPEN_END });
const overview = async (id: number) => {
	const [{ next_lesson, attendance, overviewErrors }] = await run(form(id));
	return {
		next: (next_lesson as Row | null)?.lesson_id ?? null,
		held: (attendance as Row[]).map(({ lesson_id }) => lesson_id),
		errors: overviewErrors as Row[],
	};
};

/** AlfaCRM lists lessons for the customer that do not show customers: here it lists all that there are. */
beforeEach(() => {
	stopClock(NOON);
	for (const { id } of rows('lesson')) patch('lesson', id, { status: 2 });
	set({ ignoredFilters: ['lesson.customer_id'] });
});
afterEach(() => jest.useRealTimers());

it.each<[what: string, groups: () => number[]]>([
	['nobody and no group', () => []],
	['a group that the customer joins only next week', () => [group()]],
])(
	'a lesson ahead that shows %s may be the customer’s: it is told that it is left out',
	async (_what, groups) => {
		const id = client();
		lesson({ ...AHEAD, group_ids: groups() });
		expect(await overview(id)).toEqual({
			next: null,
			held: [],
			errors: [
				{
					part: 'next_lesson',
					reason: expect.stringMatching(/AlfaCRM lists 1 of which nothing tells/) as string,
				},
			],
		});
		patch('lesson', lesson(AHEAD), { customer_ids: [client()] });
		// A list with lessons of others is not the customer's own.
		expect(await overview(id)).toEqual({ next: null, held: [], errors: [] });
	},
);

it('a lesson ahead that shows nothing but a group of the customer is the next one', async () => {
	const [id, own] = [client(), group()];
	add('cgi', { customer_id: id, group_id: own, branch_id: 1, b_date: '01.02.2026' });
	const next = lesson({ ...AHEAD, group_ids: [own] });
	expect(await overview(id)).toEqual({ next, held: [], errors: [] });
});

it('a lesson of the customer’s group with a guest is no lesson of others', async () => {
	const [id, own] = [client(), group()];
	add('cgi', { customer_id: id, group_id: own, branch_id: 1, b_date: '01.02.2026' });
	const next = lesson({ ...AHEAD, group_ids: [own], customer_ids: [client()] });
	lesson(AHEAD, 14);
	const { errors, ...found } = await overview(id);
	expect(found).toEqual({ next, held: [] });
	expect(errors.map(({ part }) => part)).toEqual(['next_lesson']);
});

it.each([
	['Europe/Moscow', 1],
	['America/New_York', 0],
])(
	'the next lesson is the first that has not begun by the clock in %s, the workflow’s zone',
	async (timezone, next) => {
		const id = client();
		// The school has noon.
		const lessons = [10, 13].map((hour) => lesson({ ...AHEAD, date: TODAY, customer_ids: [id] }, hour));
		const [{ next_lesson }] = await run(form(id), { timezone });
		expect(next_lesson).toMatchObject({ lesson_id: lessons[next] });
	},
);

it('a lesson ahead that names the customer in its attendance alone is the next one', async () => {
	const id = client();
	const next = lesson(AHEAD);
	add('lesson-details', { lesson_id: next, customer_id: id });
	expect(await overview(id)).toEqual({ next, held: [], errors: [] });
});

it('a lesson held that shows nobody counts, unless the list has lessons of others', async () => {
	const id = client();
	const [other, silent, own] = [
		lesson(HELD, 10),
		lesson(HELD, 11),
		lesson({ ...HELD, customer_ids: [id] }, 12),
	];
	expect((await overview(id)).held).toEqual([own, silent, other]);
	patch('lesson', other, { customer_ids: [client()] });
	expect((await overview(id)).held).toEqual([own]);
});

it('a payment that shows no customer counts, unless the list has payments of others', async () => {
	const id = client();
	const paid = async () => ((await run(form(id)))[0].payments as Row[]).map((one) => one.id);
	for (const one of rows('pay')) patch('pay', one.id, { branch_id: 2 });
	const pay = (customer_id: number | null) =>
		add('pay', { branch_id: 1, customer_id, pay_type_id: 1, document_date: '05.02.2026', income: '100.00' });
	const [silent, own] = [pay(null), pay(id)];
	set({ ignoredFilters: ['pay.customer_id'] });
	expect(await paid()).toEqual([own, silent]);
	pay(client());
	expect(await paid()).toEqual([own]);
});
