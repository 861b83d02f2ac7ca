import type { INodeParameters } from 'n8n-workflow';

import { findShownParameters } from '../support/form';
import { NULL, UNDEFINED, asExpression, recordWithId } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { stopClock } from './support/stoppedClock';
import { useSchool } from './support/school';

/** What n8n itself has a part in: expressions and time zones. The rest is in `unit/operations/bookLesson`. */
const school = useSchool({ customers: 30 });
const { addLead, readRecords, expectRefusedUnsent, run, expectRefused } = frontDeskOf(school);

/** A Monday; the teachers of the sandbox work on Mondays, Wednesdays and Fridays from ten to seven. */
const DAY = '2031-03-10';
const form = (more: INodeParameters = {}): INodeParameters => ({
	...{
		resource: 'lesson',
		operation: 'book',
		branchId: 1,
		customer_ids: recordWithId(addLead()),
		teacher_ids: recordWithId(1),
	},
	...{
		lesson_type_id: recordWithId(3),
		subject_id: recordWithId(1),
		when: 'time',
		lesson_date: DAY,
		time_from: '10:00',
	},
	...more,
});
const free = (more: INodeParameters = {}): INodeParameters => ({
	...{ resource: 'teacher', operation: 'getFreeSlots', branchId: 1, date_from: DAY, date_to: DAY, ...more },
});
const bookedIn = () => readRecords('lesson').filter(({ date }) => String(date).startsWith('2031-03'));

it('asks in the order in which a school thinks of it, for the time or for the days', () => {
	const labels = (when: string) =>
		findShownParameters({ resource: 'lesson', operation: 'book', when })
			.filter(({ type }) => type !== 'notice')
			.map(({ displayName }) => displayName);
	const start = ['Customer', 'Group', 'Lesson Type', 'Subject', 'Teacher', 'When', 'Date'];
	const end = ['Duration', 'Additional Fields', 'Options'];
	expect(labels('time').slice(3)).toEqual([...start, 'Start Time', ...end]);
	expect(labels('firstFree').slice(3)).toEqual([...start, 'Date To', ...end]);
});

it('takes names for IDs, and the page of a lead', async () => {
	const named = (value: string) => ({ __rl: true, mode: 'name', value });
	const id = addLead();
	const url = `${school.sandbox.url}/company/1/lead/view?id=${id}`;
	const json = await run(
		form({
			customer_ids: { __rl: true, mode: 'url', value: url },
			lesson_type_id: named('Пробный'),
			teacher_ids: named('Сидорова Ева'),
			additionalFields: { room_id: named(String(readRecords('room')[0].name)) },
		}),
	);
	expect(json).toMatchObject([
		{ operationResult: 'created', customer_ids: id, lesson_type_id: 3, teacher_names: 'Сидорова Ева' },
	]);
});

it('refuses a customer, group, teacher or room that is given and comes to nothing', async () => {
	for (const nobody of [NULL, UNDEFINED, recordWithId(asExpression([])), recordWithId('={{ $json.x }}')]) {
		await expectRefusedUnsent(form({ customer_ids: nobody }), "'Customer' is set but came out empty");
		await expectRefusedUnsent(form({ group_ids: nobody }), "'Group' is set but came out empty");
		await expectRefusedUnsent(form({ teacher_ids: nobody }), "'Teacher' is set but came out empty");
		await expectRefusedUnsent(free({ id: nobody }), "'Teacher' is set but came out empty");
		const inRoom = { additionalFields: { room_id: nobody } };
		await expectRefusedUnsent(form(inRoom), "'Room' is set but came out empty");
	}
	expect(bookedIn()).toEqual([]);
});

it('knows by the time zone of the workflow what has passed', async () => {
	stopClock(`${DAY}T05:30:00Z`);
	try {
		// Half past three in the afternoon in Vladivostok, half past one at night in New York.
		const message = (await expectRefused(form(), { timezone: 'Asia/Vladivostok' })).message;
		expect(message).toBe(`${DAY} 10:00 has passed by the clock of the workflow (Asia/Vladivostok)`);
		const first = form({ when: 'firstFree', date_to: DAY });
		expect((await run(first, { timezone: 'Asia/Vladivostok' }))[0].time_from).toBe(`${DAY} 15:30:00`);
		expect((await run(form(), { timezone: 'America/New_York' }))[0].time_from).toBe(`${DAY} 10:00:00`);
	} finally {
		jest.useRealTimers();
	}
});
