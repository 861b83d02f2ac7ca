import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { withPackage } from '../../scripts/lib/examples';
import { ATTENDANCE, LESSON_STATUS, PAY_TYPE, WORKING_HOUR_WEEKDAY } from '../support/codes';
import { findShownParameters } from '../support/form';
import { fromAi } from './support/agentTool';
import {
	asExpression,
	EMPTY,
	findByPhoneForm,
	locate,
	NULL,
	paymentForm,
	recordWithId,
} from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { stopClock } from './support/stoppedClock';
import { useSchool } from './support/school';

/**
 * Tests the parts of actions that need n8n: lists in the form, expressions, tools of an agent. The actions
 * themselves are tested in test/unit/operations.
 */
const school = useSchool({ customers: 30 });
const {
	addClient,
	addLead,
	addRecord,
	callAsTool,
	changeSettings,
	expectRefused,
	expectRefusedUnsent,
	readRecords,
	run,
	runToEnd,
} = frontDeskOf(school);

const LESSON = 601;

/** Adds a lesson on 10 February 2026. */
function addLesson(id: number, customer_ids: number[], values: IDataObject = {}): void {
	addRecord('lesson', {
		id,
		branch_id: 1,
		date: '2026-02-10',
		time_from: '2026-02-10 17:00:00',
		time_to: '2026-02-10 18:30:00',
		lesson_type_id: 2,
		subject_id: 1,
		teacher_ids: [1],
		group_ids: [],
		customer_ids,
		status: LESSON_STATUS.planned,
		...values,
	});
}

/** Fills the form of Complete Lesson. */
function completeLessonForm(lesson: INodeParameters, attendance: INodeParameters = {}): INodeParameters {
	return {
		resource: 'lesson',
		operation: 'complete',
		branchId: 1,
		id: lesson,
		if_completed: 'refuse',
		present_ids: '',
		absent_ids: '',
		additionalFields: {},
		...attendance,
	};
}

afterEach(() => {
	jest.useRealTimers();
});

describe('Take Payment', () => {
	it.each([
		{ externalId: '={{ $json.missing }}' },
		{ externalId: '={{ $json.payment?.id }}' },
		{ externalId: NULL },
		{ externalId: EMPTY },
		{ externalId: '={{ [] }}' },
		{ externalId: '' },
	])('Take Payment refuses the External ID "$externalId", which has no value', async ({ externalId }) => {
		const lead = addLead();

		await expectRefusedUnsent(
			paymentForm(recordWithId(lead), { additionalFields: { externalId } }),
			"'External ID'",
		);
	});
});

describe('Complete Lesson', () => {
	const ANNA = 501;
	const BORIS = 502;
	const VERA = 503;
	const OTHER_LESSON = 602;

	/** Reads the attendance of a lesson, in the order in which it was recorded. */
	const readAttendance = (lesson: number) =>
		readRecords('lesson-details').filter(({ lesson_id }) => lesson_id === lesson);

	beforeEach(() => {
		addClient({ id: ANNA });
		addClient({ id: BORIS });
		addClient({ id: VERA });
	});

	/** Fills the form with a row for the customer of the item, and with Boris as present. */
	function rowByExpressionsForm(): INodeParameters {
		return completeLessonForm(recordWithId(LESSON), {
			present_ids: String(BORIS),
			details: {
				values: [{ customer_id: '={{ $json.customer }}', is_attend: '={{ $json.attended }}', grade: '5' }],
			},
		});
	}

	it('Complete Lesson records a row that is filled by expressions beside the customers listed as present', async () => {
		addLesson(LESSON, [ANNA, BORIS]);

		const lessons = await run(rowByExpressionsForm(), { items: [{ customer: ANNA, attended: 0 }] });

		expect(lessons).toMatchObject([{ operationResult: 'updated' }]);
		expect(readAttendance(LESSON)).toMatchObject([
			{ customer_id: ANNA, is_attend: ATTENDANCE.missed, grade: '5' },
			{ customer_id: BORIS, is_attend: ATTENDANCE.attended },
		]);
	});

	it('Complete Lesson leaves a lesson unchanged when the attendance is given a second time', async () => {
		addLesson(LESSON, [ANNA, BORIS]);
		await run(rowByExpressionsForm(), { items: [{ customer: ANNA, attended: 0 }] });

		const lessons = await run(rowByExpressionsForm(), { items: [{ customer: ANNA, attended: 0 }] });

		expect(lessons).toMatchObject([{ operationResult: 'unchanged' }]);
	});

	const NOTHING_GIVEN =
		"No customer is given who was present or absent: 'Present Customer', 'Absent Customer' and 'Attendance' are empty";

	// n8n passes rows on only if the form holds them one by one.
	it.each<{ rows: string; details: unknown; message: string }>([
		{ rows: 'an empty form', details: { values: [] }, message: NOTHING_GIVEN },
		{
			rows: 'a list',
			details: asExpression([{ customer_id: ANNA, is_attend: true }]),
			message: NOTHING_GIVEN,
		},
		{
			rows: 'JSON text',
			details: JSON.stringify([{ customer_id: ANNA, is_attend: true }]),
			message: NOTHING_GIVEN,
		},
		{
			rows: 'one expression for all rows',
			details: { values: asExpression([{ customer_id: ANNA, is_attend: true }]) },
			message: "'Customer' is empty in a row, but it is required",
		},
	])(
		'Complete Lesson refuses rows that come as $rows, because none of them reaches the node',
		async (testCase) => {
			const { details, message } = testCase;
			addLesson(LESSON, [ANNA]);
			const form = completeLessonForm(recordWithId(LESSON), { details: details as INodeParameters });

			const error = await expectRefused(form);

			expect(error.message).toBe(message);
		},
	);

	it("Complete Lesson records two lessons whose customers come as lists, as n8n's Summarize makes them", async () => {
		addLesson(LESSON, [ANNA, BORIS]);
		addLesson(OTHER_LESSON, [VERA]);
		const form = completeLessonForm(locate('id', '={{ $json.lesson }}'), {
			present_ids: '={{ $json.present }}',
			absent_ids: '={{ $json.absent }}',
		});

		const { hints, error } = await runToEnd(form, {
			items: [
				{ lesson: LESSON, present: [String(ANNA)], absent: [BORIS] },
				{ lesson: OTHER_LESSON, present: [VERA], absent: [] },
			],
		});

		expect(error).toBeUndefined();
		expect(hints).toEqual([]);
		expect(readAttendance(LESSON)).toMatchObject([
			{ customer_id: ANNA, is_attend: ATTENDANCE.attended },
			{ customer_id: BORIS, is_attend: ATTENDANCE.missed },
		]);
		expect(readAttendance(OTHER_LESSON)).toMatchObject([
			{ customer_id: VERA, is_attend: ATTENDANCE.attended },
		]);
	});
});

describe('The list of customers in the form of Complete Lesson', () => {
	const YANA = 511;
	const ADA = 512;
	const FORMER_MEMBER = 513;
	const LATER_MEMBER = 514;
	const GUEST = 515;
	const OTHER_YANA = 516;
	const GROUP = 701;

	/** Adds a client who is a member of the group from the first until the last day. */
	function addMember(id: number, name: string, firstDay: string, lastDay: string): void {
		addClient({ id, name });
		addRecord('cgi', { customer_id: id, group_id: GROUP, b_date: firstDay, e_date: lastDay });
	}

	/** Adds a lesson of the group on 10 February, to which a guest comes as well. */
	function addGroupLessonWithGuest(values: IDataObject = {}): void {
		addRecord('group', { id: GROUP, name: 'Шахматы', branch_ids: [1] });
		addMember(YANA, 'Яна Ёлкина', '2026-01-01', '2026-02-10');
		addMember(ADA, 'Ада Лавлейс', '2026-02-10', '2026-12-31');
		addMember(FORMER_MEMBER, 'Бывшая Ольга', '2025-01-01', '2026-02-09');
		addMember(LATER_MEMBER, 'Новый Егор', '2026-02-11', '2026-12-31');
		addLead({ id: GUEST, name: 'Гость на пробном' });
		addLesson(LESSON, [GUEST], { group_ids: [GROUP], ...values });
	}

	/** Loads the list as the editor does. */
	const loadCustomers = async (lesson: INodeParameters = recordWithId(LESSON)) =>
		await school.engine.loadOptions('lessonCustomers', completeLessonForm(lesson));

	it.each([{ parameter: 'present_ids' }, { parameter: 'absent_ids' }])(
		'Complete Lesson loads its list of customers for $parameter again when the branch or the lesson changes',
		({ parameter }) => {
			const form = findShownParameters({ resource: 'lesson', operation: 'complete' });

			expect(form.find(({ name }) => name === parameter)?.typeOptions).toEqual({
				loadOptionsMethod: 'lessonCustomers',
				loadOptionsDependsOn: ['branchId.value', 'id.value'],
			});
		},
	);

	it.each([
		{ lesson: 'planned', status: LESSON_STATUS.planned },
		{ lesson: 'completed', status: LESSON_STATUS.held },
	])(
		'Complete Lesson offers the customers of a $lesson lesson and the members of its group on that day',
		async ({ status }) => {
			addGroupLessonWithGuest({ status });

			const options = await loadCustomers();

			expect(options).toEqual([
				{ name: 'Ада Лавлейс', value: ADA },
				{ name: 'Гость на пробном', value: GUEST },
				{ name: 'Яна Ёлкина', value: YANA },
			]);
		},
	);

	it("Complete Lesson offers the lesson's customers and the group's members when AlfaCRM refuses a page size", async () => {
		addGroupLessonWithGuest();
		changeSettings({ bodyPageSize: 'refused400' });

		const options = await loadCustomers();

		expect(options).toEqual([
			{ name: 'Ада Лавлейс', value: ADA },
			{ name: 'Гость на пробном', value: GUEST },
			{ name: 'Яна Ёлкина', value: YANA },
		]);
	});

	it("Complete Lesson offers the lesson's customers and the group's members when AlfaCRM ignores filters by ID", async () => {
		addGroupLessonWithGuest();
		changeSettings({ ignoredFilters: ['lesson.id', 'customer.id'] });

		const options = await loadCustomers();

		expect(options).toEqual(
			expect.arrayContaining([
				expect.objectContaining({ value: ADA }),
				expect.objectContaining({ value: GUEST }),
				expect.objectContaining({ value: YANA }),
			]),
		);
	});

	it('Complete Lesson offers a customer whose attendance is recorded, and shows the IDs of two customers with one name', async () => {
		addGroupLessonWithGuest({ status: LESSON_STATUS.held });
		addClient({ id: OTHER_YANA, name: 'Яна Ёлкина' });
		addRecord('lesson-details', {
			lesson_id: LESSON,
			customer_id: OTHER_YANA,
			is_attend: ATTENDANCE.attended,
		});

		const options = await loadCustomers();

		expect(options).toHaveLength(4);
		expect(options).toEqual(
			expect.arrayContaining([
				{ name: 'Ада Лавлейс', value: ADA },
				{ name: 'Гость на пробном', value: GUEST },
				{ name: 'Яна Ёлкина · ID 511', value: YANA },
				{ name: 'Яна Ёлкина · ID 516', value: OTHER_YANA },
			]),
		);
	});

	it("Complete Lesson offers only the lesson's customers when the user may not read the members of its group", async () => {
		addGroupLessonWithGuest();
		changeSettings({ forbiddenCalls: ['cgi/index'] });

		const options = await loadCustomers();

		expect(options).toEqual([{ name: 'Гость на пробном', value: GUEST }]);
	});

	it('Complete Lesson offers IDs in place of names when the user may not read customers', async () => {
		addGroupLessonWithGuest();
		changeSettings({ forbiddenCalls: ['customer/index'] });

		const options = await loadCustomers();

		expect(options).toEqual([
			{ name: 'Customer 511', value: YANA },
			{ name: 'Customer 512', value: ADA },
			{ name: 'Customer 515', value: GUEST },
		]);
	});

	it.each<{ choice: string; lesson: INodeParameters }>([
		{ choice: 'is not chosen', lesson: locate('list', '') },
		{ choice: 'comes from an expression', lesson: locate('id', '={{ $json.id }}') },
		{ choice: 'is no ID', lesson: recordWithId('завтра') },
	])('Complete Lesson offers no customers and sends no call while the lesson $choice', async ({ lesson }) => {
		const options = await loadCustomers(lesson);

		expect(options).toEqual([]);
		expect(school.readCalls()).toEqual([]);
	});

	it('Complete Lesson offers no customers for a lesson that AlfaCRM does not have', async () => {
		const options = await loadCustomers(recordWithId(99_999));

		expect(options).toEqual([]);
	});
});

describe('Get Overview', () => {
	it('Get Overview returns the payments of a customer to an agent, without the notes of the staff', async () => {
		const note = 'Мама ругалась, не звонить';
		const customer = addLead({ phone: ['+7(900)111-22-33'], note });
		addRecord('pay', {
			customer_id: customer,
			branch_id: 1,
			pay_type_id: PAY_TYPE.income,
			income: '1.00',
			document_date: '01.02.2026',
			note,
		});
		const form: INodeParameters = {
			resource: 'customer',
			operation: 'getOverview',
			branchId: 1,
			matchBy: 'phone',
			phone: fromAi('phone'),
			options: {},
		};

		const { records } = await callAsTool(form, { phone: '89001112233' });

		expect(records).toMatchObject([{ id: customer, payments: [{ income: '1.00' }] }]);
		expect(JSON.stringify(records)).not.toContain(note);
	});

	it('Get Overview of the parent bot shows nothing about the other parent on the card', async () => {
		const customer = addClient({
			phone: ['+7(900)111-22-33', '+7(900)222-33-44'],
			email: ['father@example.org'],
			legal_name: 'Орлов Лев',
		});
		const formOfTheBot = withPackage('parent-bot').nodes.find(({ name }) => name === 'Get Overview')
			?.parameters as INodeParameters;

		const { records } = await callAsTool({ ...formOfTheBot, phone: '+7(900)111-22-33' }, {});

		expect(records).toMatchObject([{ id: customer }]);
		expect(JSON.stringify(records)).not.toContain('+7(900)222-33-44');
		expect(JSON.stringify(records)).not.toContain('father@example.org');
		expect(JSON.stringify(records)).not.toContain('Орлов Лев');
	});
});

describe('Get Free Slots', () => {
	const HALF_PAST_TEN_IN_TASHKENT = '2026-02-09T05:30:00Z';

	it('Get Free Slots offers no slot that has passed by the clock of the workflow', async () => {
		stopClock(HALF_PAST_TEN_IN_TASHKENT);
		const teacher = addRecord('teacher', { name: 'Новикова Яна', branch_ids: [1] });
		addRecord('working-hour', {
			teacher_id: teacher,
			branch_id: 1,
			weekday: WORKING_HOUR_WEEKDAY.monday,
			time_from: '10:00',
			time_to: '12:59',
		});
		const form: INodeParameters = {
			resource: 'teacher',
			operation: 'getFreeSlots',
			branchId: 1,
			id: recordWithId(teacher),
			duration: 60,
			date_from: '2026-02-09',
			date_to: '2026-02-09',
			returnAll: true,
		};

		const [firstSlot] = await run(form, { timezone: 'Asia/Tashkent' });

		expect(firstSlot).toMatchObject({
			start: '10:30',
			end: '11:30',
			time_zone: 'Asia/Tashkent',
			teacher_id: teacher,
		});
	});
});

describe('API Call', () => {
	it.each([
		{ type: 'an object', body: { note: 'Перезвонить' } },
		{ type: 'a JSON text', body: '{"note":"Перезвонить"}' },
	])('API Call sends the typed query and a body that an expression gives as $type', async ({ body }) => {
		addLead({ id: 501 });
		const form: INodeParameters = {
			resource: 'apiCall',
			operation: 'send',
			callBranch: '1',
			callPath: 'customer',
			callAction: 'update',
			callQuery: '{"id":501}',
			callBody: '={{ $json.body }}',
		};

		const answers = await run(form, { items: [{ body }] });

		expect(answers).toMatchObject([{ model: { id: 501, note: 'Перезвонить' } }]);
	});
});

describe.each([{ phoneSearch: 'digits' }, { phoneSearch: 'text' }])(
	'A phone, where AlfaCRM searches in the $phoneSearch of a phone,',
	({ phoneSearch }) => {
		const CUSTOMER = 501;

		/** Adds the customer, and one with a phone that shares the last digits with others. */
		function addCustomerAmongOthers(phone: string): void {
			addLead({ id: CUSTOMER, phone: [phone] });
			addLead({ id: 502, phone: ['+7(493)255-00-01'] });
		}

		/** Types a text into the picker of customers, and returns the IDs that it offers. */
		async function typeIntoPicker(text: string): Promise<unknown[]> {
			const { results } = await school.engine.searchPicker('customers', { branchId: 1 }, text);
			return results.map(({ value }) => value);
		}

		beforeEach(() => {
			changeSettings({ phoneSearch });
		});

		it.each([
			{ typedText: '+49 32 550001', phone: '+49 32 550001' },
			{ typedText: '80291112233', phone: '+375 29 111-22-33' },
			{ typedText: '029 111-22-33', phone: '+375 29 111-22-33' },
			{ typedText: '8 900 555 00 01', phone: '+7(900)555-00-01' },
		])('the picker offers only the customer with $phone for $typedText', async (testCase) => {
			const { typedText, phone } = testCase;
			addCustomerAmongOthers(phone);

			const offeredIds = await typeIntoPicker(typedText);

			expect(offeredIds).toEqual([CUSTOMER]);
		});

		it.each([
			{ typedText: '+375 29', phone: '+375 29 111-22-33' },
			{ typedText: '+7(900)', phone: '+7(900)555-00-01' },
			{ typedText: '900-555', phone: '+7(900)555-00-01' },
			{ typedText: '55-00-01', phone: '+7(900)555-00-01' },
		])('the picker offers the customer with $phone for the part $typedText', async (testCase) => {
			const { typedText, phone } = testCase;
			addCustomerAmongOthers(phone);

			const offeredIds = await typeIntoPicker(typedText);

			expect(offeredIds).toContain(CUSTOMER);
		});

		it.each([{ phone: '+49 32 550001' }, { phone: '+375 29 111-22-33' }, { phone: '+7(900)555-00-01' }])(
			'Find returns only the customer with $phone',
			async ({ phone }) => {
				addCustomerAmongOthers(phone);

				const customers = await run(findByPhoneForm(phone));

				expect(customers).toMatchObject([{ id: CUSTOMER }]);
			},
		);
	},
);
