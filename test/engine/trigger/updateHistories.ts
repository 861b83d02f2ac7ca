import type { INodeParameters } from 'n8n-workflow';

import type { JsonObject } from '../../../sandbox';
import { ATTENDANCE, CUSTOMER_TYPE, LESSON_STATUS, LOG_EVENT } from '../../support/codes';
import { LARGE_PAGES, PolledSchool } from '../support/polledSchool';

const HOUR = 60;
const DAY = 24 * HOUR;

/**
 * The history of a school before and during an update of the package, and the items that a trigger must
 * report afterwards.
 */
export interface UpdateHistory {
	/** The source of events, which names the file of the stored state. */
	source: string;
	parameters: INodeParameters;
	/** The field of an item that names its record. */
	idField: 'customer_id' | 'id';
	/** Lets the trigger poll until the update. */
	playBeforeUpdate: (school: PolledSchool) => Promise<void>;
	/** Lets things happen during the update, and the time of the next poll come. */
	playDuringUpdate: (school: PolledSchool) => void;
	/** The IDs that the trigger must report after the update. */
	expectedIds: number[];
}

function addClient(school: PolledSchool, id: number, values: JsonObject = {}): void {
	school.addCustomer({ id, is_study: CUSTOMER_TYPE.client, ...values });
}

/** Adds a planned lesson of one customer. */
function addLesson(school: PolledSchool, id: number, time: string, customer: number): void {
	school.addRecord('lesson', {
		id,
		branch_id: 1,
		date: time.slice(0, 10),
		time_from: time,
		time_to: null,
		status: LESSON_STATUS.planned,
		customer_ids: [customer],
	});
}

/** Makes the ID of the only details of a lesson. */
const detailsIdOf = (lesson: number): number => lesson * 10;

/** Completes a lesson that its only customer has attended, and writes the attendance into the log. */
function completeLesson(school: PolledSchool, lesson: number, customer: number): void {
	school.addRecord('lesson', {
		id: lesson,
		branch_id: 1,
		date: '2026-02-10',
		status: LESSON_STATUS.held,
	});
	school.addRecord('lesson-details', {
		id: detailsIdOf(lesson),
		branch_id: 1,
		lesson_id: lesson,
		customer_id: customer,
		is_attend: ATTENDANCE.attended,
	});
	logAttendance(school, lesson, customer, LOG_EVENT.created);
}

/** Writes an attendance into the log of changes. */
function logAttendance(school: PolledSchool, lesson: number, customer: number, logEvent: number): void {
	school.addLogEntry({
		values: {
			entity: 'LessonDetails',
			entity_id: detailsIdOf(lesson),
			event: logEvent,
			fields_new: { lesson_id: lesson, customer_id: customer, is_attend: ATTENDANCE.attended },
		},
	});
}

/** Clients 501 and 502 come into debt before the update, and client 503 during it. */
export const DEBT_HISTORY: UpdateHistory = {
	source: 'dueLevels',
	parameters: { event: 'inDebt', options: { firstPoll: 'due' } },
	idField: 'id',
	playBeforeUpdate: async (school) => {
		addClient(school, 501, { balance: '-100.00' });
		addClient(school, 502, { balance: '0.00' });
		addClient(school, 503, { balance: '0.00' });
		await school.poll();
		school.changeRecord('customer', 502, { balance: '-50.00' });
		await school.pollRepeatedly(1, { minutesApart: 61 });
	},
	playDuringUpdate: (school) => {
		school.changeRecord('customer', 503, { balance: '-0.50' });
		school.passMinutes(61);
	},
	expectedIds: [503],
};

/** The histories by which the tests compare versions, one for each source of events. */
export const UPDATE_HISTORIES: UpdateHistory[] = [
	{
		source: 'newRecords',
		parameters: { event: 'customerCreated', is_study: CUSTOMER_TYPE.lead, options: { startWith: 5 } },
		idField: 'id',
		playBeforeUpdate: async (school) => {
			school.addCustomer({ id: 101 }, { minutesAgo: HOUR });
			await school.poll();
			school.passMinutes(5);
			school.addCustomer({ id: 102 });
			addClient(school, 103);
			await school.poll();
		},
		playDuringUpdate: (school) => {
			school.passMinutes(5);
			// The client becomes a lead soon after its creation, and so gets into the filter.
			school.changeRecord('customer', 103, { is_study: CUSTOMER_TYPE.lead });
			school.addCustomer({ id: 104 });
		},
		expectedIds: [103, 104],
	},
	{
		source: 'changeLog',
		parameters: { event: 'recordChanged', fetchRecord: false, options: { startWith: 5 } },
		idField: 'id',
		playBeforeUpdate: async (school) => {
			school.addLogEntry({ values: { entity_id: 201 }, minutesAgo: 10 });
			await school.poll();
			school.passMinutes(5);
			school.addLogEntry({ values: { entity_id: 202 } });
			await school.poll();
		},
		playDuringUpdate: (school) => {
			school.addLogEntry({ values: { entity_id: 203 } });
			school.passMinutes(5);
			school.addLogEntry({ values: { entity_id: 204 } });
		},
		expectedIds: [203, 204],
	},
	{
		source: 'derivedEvents',
		parameters: { event: 'customerAttended', simplify: false, options: { startWith: 5 } },
		idField: 'customer_id',
		playBeforeUpdate: async (school) => {
			addClient(school, 301);
			addClient(school, 302);
			completeLesson(school, 31, 301);
			await school.poll();
			school.passMinutes(5);
			completeLesson(school, 32, 301);
			await school.poll();
		},
		playDuringUpdate: (school) => {
			school.passMinutes(5);
			// The first two lessons are completed again.
			logAttendance(school, 31, 301, LOG_EVENT.updated);
			logAttendance(school, 32, 301, LOG_EVENT.updated);
			completeLesson(school, 33, 302);
		},
		expectedIds: [302],
	},
	{
		source: 'dueDays',
		parameters: { event: 'customerBirthday' },
		idField: 'id',
		playBeforeUpdate: async (school) => {
			addClient(school, 401, { dob: '10.02.2015' });
			addClient(school, 402, { dob: '11.02.2015' });
			addClient(school, 403, { dob: '12.02.2015' });
			await school.poll();
			await school.pollRepeatedly(1, { minutesApart: DAY });
		},
		playDuringUpdate: (school) => {
			school.passMinutes(DAY);
		},
		expectedIds: [403],
	},
	DEBT_HISTORY,
	{
		source: 'comingLessons',
		parameters: { event: 'lessonComingUp' },
		idField: 'customer_id',
		playBeforeUpdate: async (school) => {
			addClient(school, 601);
			addClient(school, 602);
			addClient(school, 603);
			addLesson(school, 61, '2026-02-11 11:00:00', 601);
			addLesson(school, 62, '2026-02-11 12:30:00', 602);
			addLesson(school, 63, '2026-02-11 13:30:00', 603);
			await school.poll();
			await school.pollRepeatedly(1, { minutesApart: 35 });
		},
		playDuringUpdate: (school) => {
			school.passMinutes(HOUR);
		},
		expectedIds: [603],
	},
];

/** Makes a school in which a history has come to the update of the package. */
export async function playUntilUpdate(history: UpdateHistory): Promise<PolledSchool> {
	const school = new PolledSchool({ settings: LARGE_PAGES, parameters: history.parameters });
	await history.playBeforeUpdate(school);
	return school;
}

/** Polls once, and returns the IDs of the records that the items are about. */
export async function pollIds(school: PolledSchool, { idField }: UpdateHistory): Promise<number[]> {
	const items = await school.poller.poll();
	return items.map((item) => Number(item[idField]));
}
