import type { IDataObject, INodeParameters, INodePropertyOptions } from 'n8n-workflow';

import { withPackage } from '../../scripts/lib/examples';
import { findShownParameters } from '../support/form';
import { callTool, fromAi, makeToolContext } from './support/agentTool';
import { EMPTY, NULL, asExpression, findByPhoneForm, recordWithId } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { stopClock } from './support/stoppedClock';
import { useSchool } from './support/school';

/** What comes of each action is proven without n8n in test/unit/operations; here is what n8n has to do with it. */
const school = useSchool({ customers: 30 });
const {
	addRecord,
	addLead,
	expectRefusedUnsent,
	readRecord,
	readRecords,
	run,
	changeSettings,
	expectRefused,
	runToEnd,
} = frontDeskOf(school);

afterEach(() => jest.useRealTimers());

const clients = (count: number) => Array.from({ length: count }, () => addLead({ is_study: 1 }));
const lessonOf = (customer_ids: number[], more: IDataObject = {}) =>
	addRecord('lesson', {
		...{
			branch_id: 1,
			date: '2026-02-10',
			lesson_type_id: 2,
			subject_id: 1,
			teacher_ids: [1],
			group_ids: [],
		},
		...{ time_from: '2026-02-10 17:00:00', time_to: '2026-02-10 18:30:00', status: 1, customer_ids, ...more },
	});
const mark = (id: unknown, more: object): INodeParameters => ({
	...{ resource: 'lesson', operation: 'complete', branchId: 1, id: recordWithId(id), if_completed: 'refuse' },
	...{ present_ids: '', absent_ids: '', additionalFields: {}, ...more },
});
const detailsOf = (id: number) => readRecords('lesson-details').filter(({ lesson_id }) => lesson_id === id);
/** Who is told of in AlfaCRM, with there or not. */
const told = (id: number) =>
	Object.fromEntries(detailsOf(id).map(({ customer_id, is_attend }) => [customer_id, is_attend]));

describe('the number of a payment', () => {
	const take = (id: number, externalId: string, more: INodeParameters = {}): INodeParameters => ({
		...{
			resource: 'customer',
			operation: 'takePayment',
			branchId: 1,
			id: recordWithId(id),
			pay_account_id: 1,
		},
		...{ income: '={{ $json.sum }}', additionalFields: { externalId, ...more } },
	});

	it.each(['={{ $json.missing }}', '={{ $json.payment?.id }}', NULL, EMPTY, '={{ [] }}', ''])(
		'that comes to nothing is refused: %s',
		async (number) => {
			await expectRefusedUnsent(take(addLead(), number), "'External ID'", { items: [{ sum: 5 }] });
		},
	);
});

describe('Complete Lesson', () => {
	it('takes rows by expressions beside the lists of IDs', async () => {
		const [one, two] = clients(2);
		const id = lessonOf([one, two]);
		const cells = { customer_id: '={{ $json.who }}', is_attend: '={{ $json.came }}', grade: '5' };
		const form = mark(id, { present_ids: `${two}`, details: { values: [cells] } });
		const items = [{ who: one, came: 0 }];
		expect(await run(form, { items })).toMatchObject([{ operationResult: 'updated' }]);
		expect(detailsOf(id)).toMatchObject([
			{ customer_id: one, is_attend: 0, grade: '5' },
			{ customer_id: two, is_attend: 1 },
		]);
		expect(await run(form, { items })).toMatchObject([{ operationResult: 'unchanged' }]);
	});

	const rowsGiven = [{ customer_id: 1, is_attend: true }];
	it.each<[string, unknown]>([
		['an empty form', { values: [] }],
		['a list', asExpression(rowsGiven)],
		['JSON text', JSON.stringify(rowsGiven)],
		['an expression for all rows', { values: asExpression(rowsGiven) }],
	])('has no rows in %s, for n8n passes nothing on', async (_form, details) => {
		const id = lessonOf([1]);
		expect((await expectRefused(mark(id, { details }))).message).toMatch(/are empty$|is empty in a row/);
		expect(readRecord('lesson', id).status).toBe(1);
	});

	it('takes all customers of a lesson that Summarize has put together', async () => {
		const [one, two, three] = clients(3);
		const [first, second] = [lessonOf([one, two]), lessonOf([three])];
		const items = [
			{ lesson: first, present: [String(one)], absent: [two] },
			{ lesson: second, present: [three], absent: [] },
		];
		const lists = { present_ids: '={{ $json.present }}', absent_ids: '={{ $json.absent }}' };
		const { hints, error } = await runToEnd(mark('={{ $json.lesson }}', lists), { items });
		expect([error, hints, told(second)]).toEqual([undefined, [], { [three]: 1 }]);
		expect(told(first)).toEqual({ [one]: 1, [two]: 0 });
	});
});

describe('the customers who are offered for a lesson', () => {
	const person = (name: string, more: IDataObject = {}) => addLead({ name, is_study: 1, ...more });
	/** A lesson of a group on the 10th, and one more who is put down for it. */
	function lesson(status = 1) {
		const group = addRecord('group', { name: 'Шахматы', branch_ids: [1] });
		const member = (name: string, b_date: string, e_date: string) => {
			const id = person(name);
			addRecord('cgi', { customer_id: id, group_id: group, b_date, e_date });
			return id;
		};
		const members = [
			member('Яна Ёлкина', '2026-01-01', '2026-02-10'),
			member('Ада Лавлейс', '2026-02-10', '2026-12-31'),
		];
		member('Раньше', '2025-01-01', '2026-02-09');
		member('Позже', '2026-02-11', '2026-12-31');
		const guest = person('Гость на пробном', { is_study: 0 });
		return { id: lessonOf([guest], { group_ids: [group], status }), guest, members };
	}
	const NAMES = ['Ада Лавлейс', 'Гость на пробном', 'Яна Ёлкина'];
	const offered = async (id: unknown, more: object = {}): Promise<INodePropertyOptions[]> =>
		await school.engine.loadOptions('lessonCustomers', mark(id, more));
	const namesIn = (options: INodePropertyOptions[]) => options.map(({ name }) => name);
	const idsIn = (options: INodePropertyOptions[]) => options.map(({ value }) => Number(value)).sort();

	it('follow the branch and the lesson, for who was present as for who was absent', () => {
		const form = findShownParameters({ resource: 'lesson', operation: 'complete' });
		for (const list of ['present_ids', 'absent_ids'])
			expect(form.find(({ name }) => name === list)?.typeOptions).toEqual({
				loadOptionsMethod: 'lessonCustomers',
				loadOptionsDependsOn: ['branchId.value', 'id.value'],
			});
	});

	it.each<[string, object, status: number]>([
		['and who was in its group that day', {}, 1],
		['of a completed lesson too', {}, 3],
		['where a page size is refused', { bodyPageSize: 'refused400' }, 1],
	])('are who is put down for it, %s', async (_where, settings, status) => {
		const { id } = lesson(status);
		clients(25);
		changeSettings({ ...settings });
		expect(namesIn(await offered(id))).toEqual(NAMES);
	});

	it('are those at least, where filters are ignored', async () => {
		changeSettings({ ignoredFilters: ['lesson.id', 'customer.id'] });
		const { id, guest, members } = lesson();
		expect(idsIn(await offered(id))).toEqual(expect.arrayContaining([guest, ...members].sort()));
	});

	it('are also who was marked before, and namesakes can be told apart', async () => {
		const { id, guest, members } = lesson(3);
		const marked = person('Яна Ёлкина');
		addRecord('lesson-details', { lesson_id: id, customer_id: marked, is_attend: 1 });
		const options = await offered(id);
		expect(idsIn(options)).toEqual([guest, marked, ...members].sort());
		for (const one of [members[0], marked]) expect(namesIn(options)).toContain(`Яна Ёлкина · ID ${one}`);
	});

	it('are as many where members or names may not be read', async () => {
		const { id, guest, members } = lesson();
		changeSettings({ forbiddenCalls: ['cgi/index'] });
		expect(idsIn(await offered(id))).toEqual([guest]);
		changeSettings({ forbiddenCalls: ['customer/index'] });
		const nameless = await offered(id);
		expect(idsIn(nameless)).toEqual([guest, ...members].sort());
		expect(namesIn(nameless)).toContain(`Customer ${guest}`);
	});

	it.each<[what: string, id: INodeParameters[string]]>([
		['is not chosen', { __rl: true, mode: 'list', value: '' }],
		['comes from an expression', { __rl: true, mode: 'id', value: '={{ $json.id }}' }],
		['cannot be read', recordWithId('завтра')],
	])('are nobody, and cost no call, while the lesson %s', async (_what, id) => {
		expect(await offered(0, { id })).toEqual([]);
		expect(school.readCalls()).toEqual([]);
	});

	it('are nobody for a lesson that is not there', async () => {
		expect(await offered(99_999)).toEqual([]);
	});
});

describe('Get Overview', () => {
	const overview = (matchBy: string, key: INodeParameters): INodeParameters => ({
		...{ resource: 'customer', operation: 'getOverview', branchId: 1, matchBy, options: {}, ...key },
	});

	it('tells an agent that has it as a tool no note of the staff', async () => {
		const note = 'Мама ругалась, не звонить';
		const id = addLead({ phone: ['+7(900)111-22-33'], note });
		const paid = { customer_id: id, branch_id: 1, pay_type_id: 1, income: '1.00', note };
		addRecord('pay', { ...paid, document_date: '01.02.2026' });
		const parameters = overview('phone', { phone: fromAi('phone') });
		const items = await callTool(makeToolContext(school, parameters, { phone: '89001112233' }));
		expect(items).toMatchObject([{ json: { id, payments: [{ income: '1.00' }] } }]);
		expect(JSON.stringify(items)).not.toContain(note);
	});

	it('as the bot for parents has it tells no parent of the other one, who stands on the same card', async () => {
		const other = { phone: '+7(900)222-33-44', email: 'father@example.org', payer: 'Орлов Лев' };
		const phone = ['+7(900)111-22-33', other.phone];
		const id = addLead({ is_study: 1, phone, email: [other.email], legal_name: other.payer });
		const { parameters } = withPackage('parent-bot').nodes.find(({ name }) => name === 'Get Overview') ?? {};
		const asked = { ...(parameters as INodeParameters), phone: phone[0] };
		const items = await callTool(makeToolContext(school, asked, {}));
		expect(items.map(({ json }) => json.id)).toEqual([id]);
		for (const word of Object.values(other)) expect(JSON.stringify(items)).not.toContain(word);
	});
});

it('Get Free Slots goes by the clock of the workflow', async () => {
	stopClock('2026-02-09T05:30:00Z');
	const id = addRecord('teacher', { name: 'Новикова Яна', branch_ids: [1] });
	addRecord('working-hour', {
		teacher_id: id,
		branch_id: 1,
		weekday: 2,
		time_from: '10:00',
		time_to: '12:59',
	});
	const form = {
		...{ resource: 'teacher', operation: 'getFreeSlots', branchId: 1, id: recordWithId(id), duration: 60 },
		...{ date_from: '2026-02-09', date_to: '2026-02-09', returnAll: true },
	};
	const [first] = await run(form, { timezone: 'Asia/Tashkent' });
	expect(first).toMatchObject({ start: '10:30', end: '11:30', time_zone: 'Asia/Tashkent', teacher_id: id });
});

it('an API Call sends what is typed, or an expression gives', async () => {
	const id = addLead();
	const form: INodeParameters = {
		...{ resource: 'apiCall', operation: 'send', callPath: 'customer', callAction: 'update' },
		...{ callBranch: '1', callQuery: JSON.stringify({ id }), callBody: '={{ $json.body }}' },
	};
	const answers = await run(form, { items: [{ body: { note: 'x' } }, { body: '{"note":"y"}' }] });
	expect(answers).toMatchObject([{ model: { id, note: 'x' } }, { model: { id, note: 'y' } }]);
});

describe.each(['digits', 'text'])('where AlfaCRM looks at the %s of a phone', (phoneSearch) => {
	it.each([
		['+49 32 550001', ['+49 32 550001']],
		['+375 29 111-22-33', ['80291112233', '029 111-22-33', '+375 29']],
		['+7(900)555-00-01', ['8 900 555 00 01', '+7(900)', '900-555', '55-00-01']],
	])('the picker offers who holds %s for %j, and nobody else with as many digits', async (held, typed) => {
		changeSettings({ phoneSearch });
		const id = addLead({ phone: [held] });
		addLead({ phone: ['+7(493)255-00-01'] });
		for (const text of typed) {
			const { results } = await school.engine.searchPicker('customers', { branchId: 1 }, text);
			const isFull = text.replace(/\D/g, '').length > 7;
			const found = results.map(({ value }) => value);
			expect([text, found]).toEqual([text, isFull ? [id] : (expect.arrayContaining([id]) as number[])]);
		}
		expect(await run(findByPhoneForm(held))).toMatchObject([{ id }]);
	});
});
