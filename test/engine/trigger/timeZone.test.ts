import type { INodeParameters } from 'n8n-workflow';

import { DirectSchool } from '../support/directSchool';
import { Engine } from '../support/engine';
import type { PollerOptions } from '../support/poller';
import { Poller } from '../support/poller';

const NEW_YORK = 'America/New_York';
const MOSCOW = 'Europe/Moscow';
/** 12:00 in the school, which is in Moscow, and 04:00 in New York. */
const NOW = '2026-02-10T09:00:00Z';

const WARNING =
	"'AlfaCRM Trigger': AlfaCRM's clock is at least 8 hours ahead of this workflow's (America/New_York). Set Settings → Timezone to the school's, or correct the clock of n8n's computer";

const engine = new Engine({ hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 });
type Send = NonNullable<PollerOptions['send']>;

let school: DirectSchool;
beforeEach(() => {
	jest.spyOn(Date, 'now').mockReturnValue(Date.parse(NOW));
	school = new DirectSchool({ timeZone: MOSCOW, now: NOW, bodyPageSize: 'honoured' }, 1);
	school.store.insert('customer', {
		id: 501,
		name: 'Ученик',
		is_study: 1,
		branch_ids: [1],
		dob: '11.02.2015',
	});
	school.store.insert('lesson', {
		id: 9_001,
		branch_id: 1,
		lesson_type_id: 1,
		subject_id: 1,
		date: '2026-02-10',
		time_from: '2026-02-10 18:00:00',
		time_to: '2026-02-10 19:00:00',
		status: 1,
		customer_ids: [501],
	});
});
afterEach(() => jest.restoreAllMocks());

function addTrigger(parameters: INodeParameters, timeZone: string): Poller {
	return new Poller(engine, parameters, { timeZone, send: school.send as unknown as Send });
}

it.each(['lessonComingUp', 'customerBirthday', 'notSeen', 'subscriptionEnding'])(
	"a poll of %s tells n8n's log by how many hours the clock of the school is ahead",
	async (event) => {
		const trigger = addTrigger({ event }, NEW_YORK);

		await trigger.poll();

		expect(trigger.logLines).toEqual([WARNING]);
	},
);

it.each(['lessonComingUp', 'customerBirthday'])(
	"a test of %s in the editor tells n8n's log by how many hours the clock of the school is ahead",
	async (event) => {
		const trigger = addTrigger({ event, birthdayIn: 30 }, NEW_YORK);

		await trigger.fetchTestEvent();

		expect(trigger.logLines).toEqual([WARNING]);
	},
);

it.each([
	['lessonComingUp', MOSCOW],
	['customerBirthday', MOSCOW],
	// A debt and what is new have no day, so the time zone does not matter to them.
	['inDebt', NEW_YORK],
	['lessonsRunningOut', NEW_YORK],
	['customerCreated', NEW_YORK],
	['customerUpdated', NEW_YORK],
])('a poll of %s in %s has nothing to say of the time zone', async (event, timeZone) => {
	const trigger = addTrigger({ event }, timeZone);

	await trigger.poll();

	expect(trigger.logLines).toEqual([]);
});

it('a lesson that is still to come proves nothing about the time zone', async () => {
	const lastWeek = { created_at: '2026-02-03 12:00:00', updated_at: '2026-02-03 12:00:00' };
	school.store.patch('customer', 501, lastWeek);
	school.store.patch('lesson', 9_001, lastWeek);
	const trigger = addTrigger({ event: 'lessonComingUp' }, NEW_YORK);

	await trigger.poll();

	expect(trigger.logLines).toEqual([]);
});
