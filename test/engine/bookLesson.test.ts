import type { INodeParameters } from 'n8n-workflow';

import { findShownParameters } from '../support/form';
import { asExpression, locate, NULL, recordWithId, recordWithName, UNDEFINED } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { useSchool } from './support/school';
import { stopClock } from './support/stoppedClock';

// `unit/operations/bookLesson` proves what Book does. These tests prove the part of n8n: expressions, pickers
// and time zones.
const school = useSchool({ customers: 30 });
const { addLead, changeRecord, expectRefused, expectRefusedUnsent, readRecord, run } = frontDeskOf(school);

/** A Monday. The teachers of the sandbox work on Mondays from ten to seven. */
const MONDAY = '2031-03-10';
const FIRST_TEACHER = 1;
const SIDOROVA = 2;
const TRIAL_LESSON = 3;
const SUBJECT = 1;
const BLUE_ROOM = 1;

/** Fills the form of Book: a trial lesson of a new lead with the first teacher, on Monday at ten. */
function bookingForm(parameters: INodeParameters = {}): INodeParameters {
	return {
		resource: 'lesson',
		operation: 'book',
		branchId: 1,
		customer_ids: recordWithId(addLead()),
		teacher_ids: recordWithId(FIRST_TEACHER),
		lesson_type_id: recordWithId(TRIAL_LESSON),
		subject_id: recordWithId(SUBJECT),
		when: 'time',
		lesson_date: MONDAY,
		time_from: '10:00',
		...parameters,
	};
}

/** Fills the form of Get Free Slots for Monday. */
function freeSlotsForm(teacher: INodeParameters[string]): INodeParameters {
	return {
		resource: 'teacher',
		operation: 'getFreeSlots',
		branchId: 1,
		date_from: MONDAY,
		date_to: MONDAY,
		id: teacher,
	};
}

/** Lists the labels of the form of Book, without notices. */
function listLabels(when: string): string[] {
	return findShownParameters({ resource: 'lesson', operation: 'book', when })
		.filter(({ type }) => type !== 'notice')
		.map(({ displayName }) => displayName);
}

describe('The form of Book', () => {
	it('the form of Book asks for the day and the time when When is a time', () => {
		expect(listLabels('time')).toEqual([
			'Resource',
			'Operation',
			'Branch',
			'Customer',
			'Group',
			'Lesson Type',
			'Subject',
			'Teacher',
			'When',
			'Date',
			'Start Time',
			'Duration',
			'Additional Fields',
			'Options',
		]);
	});

	it('the form of Book asks for the first and the last day when When is the first free slot', () => {
		expect(listLabels('firstFree')).toEqual([
			'Resource',
			'Operation',
			'Branch',
			'Customer',
			'Group',
			'Lesson Type',
			'Subject',
			'Teacher',
			'When',
			'Date',
			'Date To',
			'Duration',
			'Additional Fields',
			'Options',
		]);
	});
});

describe('Book', () => {
	it('Book books a lesson for the lead whose page is given', async () => {
		const lead = addLead();
		const page = `${school.sandbox.url}/company/1/lead/view?id=${lead}`;

		const items = await run(bookingForm({ customer_ids: locate('url', page) }));

		expect(items).toMatchObject([{ operationResult: 'created', customer_ids: lead }]);
	});

	it('Book finds the lesson type, the teacher and the room by their names', async () => {
		changeRecord('lesson-type', TRIAL_LESSON, { name: 'Пробный' });
		changeRecord('teacher', SIDOROVA, { name: 'Сидорова Ева' });
		changeRecord('room', BLUE_ROOM, { name: 'Синий' });

		const [{ id }] = await run(
			bookingForm({
				lesson_type_id: recordWithName('Пробный'),
				teacher_ids: recordWithName('Сидорова Ева'),
				additionalFields: { room_id: recordWithName('Синий') },
			}),
		);

		expect(readRecord('lesson', id)).toMatchObject({
			lesson_type_id: TRIAL_LESSON,
			teacher_ids: [SIDOROVA],
			room_id: BLUE_ROOM,
		});
	});
});

describe.each([
	{ meaning: 'null', value: NULL },
	{ meaning: 'undefined', value: UNDEFINED },
	{ meaning: 'an empty list', value: recordWithId(asExpression([])) },
	{ meaning: 'a property that the item lacks', value: recordWithId('={{ $json.x }}') },
])('Book and Get Free Slots, when an expression comes to $meaning', ({ meaning, value }) => {
	it.each([
		{ label: 'Customer', parameters: { customer_ids: value } },
		{ label: 'Group', parameters: { group_ids: value } },
		{ label: 'Teacher', parameters: { teacher_ids: value } },
		{ label: 'Room', parameters: { additionalFields: { room_id: value } } },
	])(`Book refuses $label before it sends anything when it is ${meaning}`, async ({ label, parameters }) => {
		await expectRefusedUnsent(bookingForm(parameters), `'${label}' is set but came out empty`);
	});

	it(`Get Free Slots refuses Teacher before it sends anything when it is ${meaning}`, async () => {
		await expectRefusedUnsent(freeSlotsForm(value), "'Teacher' is set but came out empty");
	});
});

describe('Book at 05:30 UTC: in the afternoon in Vladivostok, and at night in New York', () => {
	beforeEach(() => stopClock(`${MONDAY}T05:30:00Z`));

	afterEach(() => jest.useRealTimers());

	it('Book refuses a time that has passed in the time zone of the workflow', async () => {
		const { message } = await expectRefused(bookingForm(), { timezone: 'Asia/Vladivostok' });

		expect(message).toBe('2031-03-10 10:00 has passed by the clock of the workflow (Asia/Vladivostok)');
	});

	it('Book books the first free slot after the present time in the time zone of the workflow', async () => {
		const form = bookingForm({ when: 'firstFree', date_to: MONDAY });

		const items = await run(form, { timezone: 'Asia/Vladivostok' });

		expect(items).toMatchObject([{ time_from: '2031-03-10 15:30:00' }]);
	});

	it('Book books a time that is still to come in the time zone of the workflow', async () => {
		const items = await run(bookingForm(), { timezone: 'America/New_York' });

		expect(items).toMatchObject([{ time_from: '2031-03-10 10:00:00' }]);
	});
});
