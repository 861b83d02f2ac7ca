import type { INodeParameters } from 'n8n-workflow';

import { CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { ClockedSchool } from './clockedSchool';

const NEW_YORK = 'America/New_York';
const MOSCOW = 'Europe/Moscow';

const ANNA = 501;
const LESSON = 9_001;
/** It is 12:00 in the school, which is in Moscow, and 04:00 in New York. */
const NOW = '2026-02-10 12:00';

const WARNING =
	"'AlfaCRM Trigger': AlfaCRM's clock is at least 8 hours ahead of this workflow's (America/New_York). Set Settings → Timezone to the school's, or correct the clock of n8n's computer";

afterEach(() => jest.restoreAllMocks());

/** Opens a school in Moscow that adds a client and a lesson at 12:00, and has a trigger elsewhere. */
function openSchool(workflowZone: string, parameters: INodeParameters): ClockedSchool {
	const school = new ClockedSchool({ now: NOW, zone: MOSCOW, workflowZone, parameters });
	school.addRecord('customer', {
		id: ANNA,
		name: 'Анна',
		is_study: CUSTOMER_TYPE.client,
		branch_ids: [1],
		dob: '11.02.2015',
	});
	school.addRecord('lesson', {
		id: LESSON,
		branch_id: 1,
		lesson_type_id: 1,
		subject_id: 1,
		date: '2026-02-10',
		time_from: '2026-02-10 18:00:00',
		time_to: '2026-02-10 19:00:00',
		status: LESSON_STATUS.planned,
		customer_ids: [ANNA],
	});
	return school;
}

it.each([
	{ event: 'lessonComingUp' },
	{ event: 'customerBirthday' },
	{ event: 'notSeen' },
	{ event: 'subscriptionEnding' },
])(
	"a poll of $event warns in n8n's log when the school's clock is hours ahead of the workflow's",
	async ({ event }) => {
		const school = openSchool(NEW_YORK, { event });

		await school.pollAt(NOW);

		expect(school.poller.logLines).toEqual([WARNING]);
	},
);

it.each([{ event: 'lessonComingUp' }, { event: 'customerBirthday' }])(
	"a test of $event in the editor warns in n8n's log when the school's clock is hours ahead of the workflow's",
	async ({ event }) => {
		const school = openSchool(NEW_YORK, { event, birthdayIn: 30 });

		await school.poller.fetchTestEvent();

		expect(school.poller.logLines).toEqual([WARNING]);
	},
);

it.each([{ event: 'lessonComingUp' }, { event: 'customerBirthday' }])(
	"a poll of $event warns of nothing when the workflow has the school's time zone",
	async ({ event }) => {
		const school = openSchool(MOSCOW, { event });

		await school.pollAt(NOW);

		expect(school.poller.logLines).toEqual([]);
	},
);

it.each([
	{ event: 'inDebt' },
	{ event: 'lessonsRunningOut' },
	{ event: 'customerCreated' },
	{ event: 'customerUpdated' },
])(
	'a poll of $event does not warn of another time zone, because the event does not depend on the day',
	async ({ event }) => {
		const school = openSchool(NEW_YORK, { event });

		await school.pollAt(NOW);

		expect(school.poller.logLines).toEqual([]);
	},
);

it('a poll does not take the time of a future lesson as a sign of another time zone', async () => {
	const school = openSchool(NEW_YORK, { event: 'lessonComingUp' });
	const lastWeek = { created_at: '2026-02-03 12:00:00', updated_at: '2026-02-03 12:00:00' };
	school.changeRecord('customer', ANNA, lastWeek);
	school.changeRecord('lesson', LESSON, lastWeek);

	await school.pollAt(NOW);

	expect(school.poller.logLines).toEqual([]);
});
